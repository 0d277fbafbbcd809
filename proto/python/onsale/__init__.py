"""A client of the ticketing services Onsale. Begin with `Client`; `README.md` has an example."""

from .client import Client, Options, new_id
from .failures import Failure

__all__ = ["Client", "Failure", "Options", "new_id"]
