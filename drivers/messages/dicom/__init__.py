"""DICOM over the network: associations (PS3.8) and the services of PS3.7. Not here: its web services (`dicomweb`)."""
