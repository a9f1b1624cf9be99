"""Reads `.binder/` as Binder would, without building an image. For maintainers."""
