"""The HIS pack: outpatient and inpatient business of a hospital, from registration to settlement.

`pack.py` puts the parts together; `README.md` (Chinese) explains them to a hospital engineer. Nothing is imported
here, so that naming the package costs nothing.
"""
