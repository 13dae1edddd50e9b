"""What the benchmark of the site measures beside sliders, and where it finds its chapters."""
