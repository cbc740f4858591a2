"""`python -m kernel_admin` is the command `kernel`; worker processes are started this way."""

from kernel_admin.main import main

main()
