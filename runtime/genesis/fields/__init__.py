"""The fields that are known without a model, one a file, each with `is_ready(mind, kind)` and `write(mind, kind)`."""
