"""The journey pack: one patient through HIS, LIS and EMR, from registration to the archive, by one id and one clock."""
