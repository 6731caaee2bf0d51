"""The exporter: mirrors a library into a folder, and proves that it is whole. docs/exports.md."""
