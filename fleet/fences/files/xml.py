"""Reads XML that somebody else wrote: no document type, no entities, nothing fetched. Pure."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from fleet.errors import Invalid


def root_of(data: bytes, name: str) -> Element:
    """The document's root element. Raises Invalid naming `file` when it is not XML or not called `name`."""
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Invalid(field="file", reason="not_xml") from error
    if local(root) != name:
        raise Invalid(field="file", reason=f"not_{name}")
    return root


def local(element: Element) -> str:
    """The name without its namespace: 2.1, 2.2 and vendors' dialects use different ones."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Element, name: str) -> Iterator[Element]:
    """Direct children of a name."""
    return (each for each in element if local(each) == name)


def text_of(element: Element, name: str) -> str:
    """The text of the first direct child of a name; '' when there is none."""
    return next(((each.text or "").strip() for each in children(element, name)), "")
