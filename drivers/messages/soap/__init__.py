"""SOAP interfaces over HTTP: stored envelopes; WSDL and WS/T 501 for making them."""
