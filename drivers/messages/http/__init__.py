"""HTTP interfaces: JSON, XML, forms."""
