"""One small file per database product: declared facts, no behaviour."""
