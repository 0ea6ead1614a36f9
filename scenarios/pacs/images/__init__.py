"""What a modality makes: studies, their unique identifiers, their images and documents as encoded DICOM objects."""
