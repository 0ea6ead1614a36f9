"""Image archives that speak DICOMweb (PS3.18): QIDO-RS, WADO-RS, WADO-URI, STOW-RS over HTTP."""
