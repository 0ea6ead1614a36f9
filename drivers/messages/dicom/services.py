"""The UIDs of services, and which presentation contexts are worth proposing. Not here: how they are negotiated."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom import uid

IMPLICIT, EXPLICIT = str(uid.ImplicitVRLittleEndian), str(uid.ExplicitVRLittleEndian)
DEFLATED = str(uid.DeflatedExplicitVRLittleEndian)
VERIFICATION = "1.2.840.10008.1.1"
COMMITMENT = "1.2.840.10008.1.20.1"
COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1.1"  # the one instance that everybody addresses
PERFORMED_STEP = "1.2.840.10008.3.1.2.3.3"
WORKLIST = "1.2.840.10008.5.1.4.31"
PATIENT_FIND, PATIENT_MOVE, PATIENT_GET = (f"1.2.840.10008.5.1.4.1.2.1.{n}" for n in (1, 2, 3))
STUDY_FIND, STUDY_MOVE, STUDY_GET = (f"1.2.840.10008.5.1.4.1.2.2.{n}" for n in (1, 2, 3))
_QUERYING = (PATIENT_FIND, PATIENT_MOVE, PATIENT_GET, STUDY_FIND, STUDY_MOVE, STUDY_GET)
NAMES = {
    VERIFICATION: "C-ECHO",
    PATIENT_FIND: "C-FIND(PATIENT)",
    STUDY_FIND: "C-FIND(STUDY)",
    PATIENT_MOVE: "C-MOVE(PATIENT)",
    STUDY_MOVE: "C-MOVE(STUDY)",
    PATIENT_GET: "C-GET(PATIENT)",
    STUDY_GET: "C-GET(STUDY)",
    WORKLIST: "Worklist",
    PERFORMED_STEP: "MPPS",
    COMMITMENT: "Storage Commitment",
}

# What makes up nearly all of a hospital's archive: proposed in every syntax below, each in a context of its own, so
# that the peer hands objects out as it keeps them.
_FREQUENT = (
    uid.CTImageStorage,
    uid.EnhancedCTImageStorage,
    uid.MRImageStorage,
    uid.EnhancedMRImageStorage,
    uid.ComputedRadiographyImageStorage,
    uid.DigitalXRayImageStorageForPresentation,
    uid.DigitalMammographyXRayImageStorageForPresentation,
    uid.UltrasoundImageStorage,
    uid.UltrasoundMultiFrameImageStorage,
    uid.XRayAngiographicImageStorage,
    uid.XRayRadiofluoroscopicImageStorage,
    uid.SecondaryCaptureImageStorage,
    uid.NuclearMedicineImageStorage,
    uid.PositronEmissionTomographyImageStorage,
)
_COMPRESSED = (uid.JPEGLosslessSV1, uid.JPEG2000Lossless, uid.JPEGBaseline8Bit, uid.RLELossless)
_RARE = (
    uid.JPEG2000,
    uid.JPEGLSLossless,
    uid.JPEGLossless,
    uid.JPEGExtended12Bit,
    uid.JPEGLSNearLossless,
    DEFLATED,
    uid.ExplicitVRBigEndian,
    uid.HTJ2KLossless,
    uid.HTJ2K,
    uid.MPEG2MPML,
    uid.MPEG4HP41,
)
# Objects that are hardly ever compressed.
_OTHER = (
    uid.DigitalXRayImageStorageForProcessing,
    uid.DigitalMammographyXRayImageStorageForProcessing,
    uid.BreastTomosynthesisImageStorage,
    uid.MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    uid.MultiFrameTrueColorSecondaryCaptureImageStorage,
    uid.VLEndoscopicImageStorage,
    uid.VLPhotographicImageStorage,
    uid.BasicTextSRStorage,
    uid.EnhancedSRStorage,
    uid.ComprehensiveSRStorage,
    uid.XRayRadiationDoseSRStorage,
    uid.KeyObjectSelectionDocumentStorage,
    uid.GrayscaleSoftcopyPresentationStateStorage,
    uid.EncapsulatedPDFStorage,
    uid.RTStructureSetStorage,
    uid.RTPlanStorage,
    uid.RTDoseStorage,
)
_PLAIN = (EXPLICIT, IMPLICIT)
_GROUPS = (_PLAIN, *((str(each),) for each in _COMPRESSED))
LIMIT = 128  # presentation contexts of an association


@dataclass(frozen=True, slots=True)
class Context:
    """One thing that an association shall be good for."""

    abstract: str
    syntaxes: tuple[str, ...]
    returned: bool = False  # storage that the peer may do towards us, which is what C-GET needs


def usual() -> tuple[Context, ...]:
    """Everything but storage, in each of the two plain syntaxes."""
    return tuple(Context(each, (syntax,)) for each in NAMES for syntax in (IMPLICIT, EXPLICIT))


def returning() -> tuple[Context, ...]:
    """What a C-GET may bring from an archive of which nothing is known."""
    frequent = (Context(str(each), syntaxes, returned=True) for each in _FREQUENT for syntaxes in _GROUPS)
    others = (Context(str(each), _PLAIN, returned=True) for each in _OTHER)
    return (*frequent, *others)


def returning_classes(classes: frozenset[str], room: int) -> tuple[Context, ...]:
    """What a C-GET may bring that is known to consist of these, in as many syntaxes as there is room for."""
    every = (EXPLICIT, IMPLICIT, *map(str, (*_COMPRESSED, *_RARE)))
    syntaxes = every[: max(1, room // max(1, len(classes)))]
    return tuple(Context(each, (one,), returned=True) for each in sorted(classes) for one in syntaxes)[:room]


def querying(abstract: str) -> bool:
    return abstract in _QUERYING or abstract == WORKLIST
