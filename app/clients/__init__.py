"""One file per outside system; its errors are translated there and nowhere else."""
