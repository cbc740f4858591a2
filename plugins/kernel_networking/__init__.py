"""Which hosts the project answers for, and which proxies it believes.

Section [networking]: `allowed_hosts`, `trusted_proxies`, `bind`, `stream_size`. hosts.py decides
about a Host header, proxies.py reads what a trusted proxy says about the client, access.py tells
clients on this machine from all others.
"""

from kernel_networking.access import Access
from kernel_networking.hosts import Hosts
from kernel_networking.proxies import Proxies

__all__ = ["Access", "Hosts", "Proxies"]
