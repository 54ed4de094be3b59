"""Readers: networks from files and from the objects of other libraries."""

from symseries.readers.native import MAX_BYTES as MAX_BYTES
from symseries.readers.read import read_network as read_network
