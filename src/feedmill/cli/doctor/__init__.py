"""feedmill.cli.doctor: what goes wrong in practice, looked at before it does; one small function a check."""

from feedmill.cli.doctor.command import doctor_command

__all__ = ["doctor_command"]
