"""Where version 0.1.0 had what is ``scalinglab.classroom`` now."""
