"""Image objects: CT, MR, digital radiography, ultrasound clips and stills, computed radiography (PS3.3 A.3 to A.26).

One data set describes a whole series; what one image says of itself is written over it by `encoded.py`. Not here: pixel
data (`pixels.py`), documents (`documents.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydicom import uid
from pydicom.dataset import Dataset

from scenarios.pacs.images import modules, pixels, uids
from scenarios.pacs.images.modules import coded, described
from scenarios.pacs.images.study import CR, CT, DX, MR, US, Study

_CLASSES: Mapping[str, str] = {
    CT: uid.CTImageStorage,
    MR: uid.MRImageStorage,
    DX: uid.DigitalXRayImageStorageForPresentation,
    US: uid.UltrasoundImageStorage,
    CR: uid.ComputedRadiographyImageStorage,
}
_SERIES_TEXTS: Mapping[str, tuple[str, ...]] = {
    CT: ("平扫", "薄层肺窗", "薄层骨窗", "增强动脉期", "增强静脉期"),
    MR: ("T1WI 轴位", "T2WI 轴位", "T2 FLAIR", "DWI", "ADC", "T1WI 矢状位", "T2WI 冠状位", "SWI"),
    DX: ("正位", "侧位"),
    US: ("二维与彩色多普勒",),
    CR: ("床旁正位",),
}


def sop_class(study: Study, image: int) -> str:
    return uid.UltrasoundMultiFrameImageStorage if pixels.is_clip(study, image) else _CLASSES[study.modality]


def series_text(study: Study, number: int) -> str:
    texts = _SERIES_TEXTS[study.modality]
    return texts[(number - 1) % len(texts)]


def image_dataset(study: Study, number: int, image: int) -> Dataset:
    """An image of a series, but for its Pixel Data. Whatever differs between images is there with some value."""
    series = uids.series_uid(study.uid, number)
    made = modules.merged(
        modules.common(study, sop_class=sop_class(study, image), instance=uids.instance_uid(series, image)),
        modules.series(
            study, number=number, uid=series, modality=study.modality, text=series_text(study, number)
        ),
        described(
            BodyPartExamined=study.body_part,
            AcquisitionNumber=1,
            InstanceNumber=image,
            AcquisitionDate=study.date,
            AcquisitionTime=study.time,
            ContentDate=study.date,
            ContentTime=study.time,
            ImageComments="图像质量：优\r\n无明显伪影",
            LossyImageCompression="00",
            BurnedInAnnotation="NO",
            **dict(pixels.picture(study, image).attributes),
        ),
        _OF_MODALITY[study.modality](study, image),
    )  # fmt: skip
    modules.add_private(made, study)
    return made


def _plane(study: Study, spacing: float, thickness: float) -> dict[str, object]:
    return {
        "FrameOfReferenceUID": uids.frame_of_reference_uid(study.uid),
        "PositionReferenceIndicator": "",
        "PatientPosition": "HFS",
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "ImagePositionPatient": [-180, -180, 0],
        "SliceLocation": 0,
        "SliceThickness": thickness,
        "PixelSpacing": [spacing, spacing],
    }


def _ct(study: Study, image: int) -> Dataset:
    return described(
        ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
        **_plane(study, 0.703125, 5),
        RescaleIntercept=-1024,
        RescaleSlope=1,
        RescaleType="HU",
        KVP=120,
        XRayTubeCurrent=210,
        ExposureTime=500,
        GantryDetectorTilt=0,
        TableHeight="158.50",
        RotationDirection="CW",
        ConvolutionKernel="B31f",
        ContrastBolusAgent="碘海醇 350",
        WindowCenter=[40, -600],
        WindowWidth=[400, 1500],
        WindowCenterWidthExplanation=["纵隔窗", "肺窗"],
    )


def _mr(study: Study, image: int) -> Dataset:
    return described(
        ImageType=["ORIGINAL", "PRIMARY", "M", "SE"],
        **_plane(study, 0.9375, 6),
        ScanningSequence="SE",
        SequenceVariant="SK",
        ScanOptions="",
        MRAcquisitionType="2D",
        RepetitionTime="500.0",
        EchoTime="12.0",
        EchoTrainLength=1,
        MagneticFieldStrength="1.5",
        SpacingBetweenSlices="7.2",
        FlipAngle=90,
        WindowCenter=600,
        WindowWidth=1200,
    )


def _dx(study: Study, image: int) -> Dataset:
    context = described(
        ValueType="TEXT",
        ConceptNameCodeSequence=coded("XH-POS", "99XINHENG", "体位说明"),
        TextValue="站立位，深吸气末屏气曝光。\r\n双手叉腰，肩部前旋。",
    )
    return described(
        ImageType=["ORIGINAL", "PRIMARY"],
        PresentationIntentType="FOR PRESENTATION",
        PixelIntensityRelationship="LOG",
        PixelIntensityRelationshipSign=1,
        RescaleIntercept=0,
        RescaleSlope=1,
        RescaleType="US",
        PresentationLUTShape="IDENTITY",
        ImagerPixelSpacing=["0.148", "0.148"],
        DetectorType="SCINTILLATOR",
        PositionerType="NONE",
        ImageLaterality="U",
        ViewPosition="PA",
        PatientOrientation=["L", "F"],
        AnatomicRegionSequence=coded("51185008", "SCT", "Chest"),
        AcquisitionContextSequence=context,
        KVP=115,
        WindowCenter=8192,
        WindowWidth=12000,
    )


def _us(study: Study, image: int) -> Dataset:
    rows, columns = pixels.size(study)
    region = described(
        RegionSpatialFormat=1,
        RegionDataType=1,
        RegionFlags=2,
        RegionLocationMinX0=0,
        RegionLocationMinY0=0,
        RegionLocationMaxX1=columns - 1,
        RegionLocationMaxY1=rows - 1,
        PhysicalUnitsXDirection=3,
        PhysicalUnitsYDirection=3,
        PhysicalDeltaX=0.025,
        PhysicalDeltaY=0.025,
    )
    made = described(
        ImageType=["ORIGINAL", "PRIMARY"],
        PatientOrientation="",
        SequenceOfUltrasoundRegions=region,
        TransducerData=["C5-2", "凸阵"],
    )
    if pixels.is_clip(study, image):
        made.FrameTime = "33.3"
        made.FrameIncrementPointer = 0x00181063
    return made


def _cr(study: Study, image: int) -> Dataset:
    return described(
        ImageType=["DERIVED", "PRIMARY"],
        PatientOrientation=["L", "F"],
        ViewPosition="AP",
        ImagerPixelSpacing=["0.2", "0.2"],
        PlateID="CR-07",
        CassetteSize="35CMX43CM",
        Sensitivity=200,
        KVP=70,
        WindowCenter=2048,
        WindowWidth=4096,
    )


_OF_MODALITY: Mapping[str, Callable[[Study, int], Dataset]] = {CT: _ct, MR: _mr, DX: _dx, US: _us, CR: _cr}
