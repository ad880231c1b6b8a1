// replaced by the real build
