"""The one kernel of the course: the Python that runs JupyterLab itself."""

from __future__ import annotations

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from traitlets import default


class OwnKernel(KernelSpecManager):
    """Offers ``python3`` as this very Python, even where another ``python3`` kernel is registered on the machine."""

    @default("kernel_dirs")
    def _no_folders(self) -> list[str]:
        # Without folders to search, Jupyter falls back on the ipykernel beside it, started with sys.executable.
        return []

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The kernel that is started; only its errors reach the terminal, where nobody reads along."""
        spec = super().get_kernel_spec(kernel_name)
        spec.argv = [*spec.argv, "--log-level=ERROR"]
        return spec
