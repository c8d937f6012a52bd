"""Metadata of an export as ISO 19115 in ISO 19139's XML, for the ``gpkg_metadata`` of a GeoPackage."""

from __future__ import annotations

from xml.sax.saxutils import escape

from surveyapp.exchange.exporters.facts import PROGRAM, Facts, text_of
from surveyapp.exchange.exporters.markup import xml_text
from surveyapp.geo.crs import label_of

STANDARD_URI = "http://www.isotc211.org/2005/gmd"
"""``md_standard_uri`` of a row of ``gpkg_metadata``; GeoPackage 1.3, annex F.8, names it for ISO metadata."""
MIME_TYPE = "text/xml"

_LISTS = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml#"


def iso_xml(facts: Facts) -> str:
    """The metadata as one ``gmd:MD_Metadata``. Its file identifier begins with ``surveyapp-export-``."""
    who = facts.organisation or "unknown"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<gmd:MD_Metadata xmlns:gmd="{STANDARD_URI}" xmlns:gco="http://www.isotc211.org/2005/gco" '
        'xmlns:gml="http://www.opengis.net/gml/3.2">'
        + _text("fileIdentifier", f"surveyapp-export-{facts.made_at}")
        + _text("language", "eng")
        + _code("characterSet", "MD_CharacterSetCode", "utf8")
        + _code("hierarchyLevel", "MD_ScopeCode", "dataset")
        + f"<gmd:contact>{_party(who)}</gmd:contact>"
        + f"<gmd:dateStamp><gco:DateTime>{facts.made_at[:19]}</gco:DateTime></gmd:dateStamp>"
        + _text("metadataStandardName", "ISO 19115:2003/19139")
        + "<gmd:referenceSystemInfo><gmd:MD_ReferenceSystem><gmd:referenceSystemIdentifier><gmd:RS_Identifier>"
        + _text("code", facts.crs if len(facts.crs) < 40 else label_of(facts.crs))
        + "</gmd:RS_Identifier></gmd:referenceSystemIdentifier></gmd:MD_ReferenceSystem></gmd:referenceSystemInfo>"
        + f"<gmd:identificationInfo>{_identification(facts, who)}</gmd:identificationInfo>"
        + f"<gmd:dataQualityInfo>{_quality(facts)}</gmd:dataQualityInfo>"
        + "</gmd:MD_Metadata>\n"
    )


def _text(name: str, text: str) -> str:
    return f"<gmd:{name}><gco:CharacterString>{escape(xml_text(text))}</gco:CharacterString></gmd:{name}>"


def _code(name: str, kind: str, value: str) -> str:
    listed = f'codeList="{_LISTS}{kind}" codeListValue="{value}"'
    return f"<gmd:{name}><gmd:{kind} {listed}>{value}</gmd:{kind}></gmd:{name}>"


def _party(who: str) -> str:
    return (
        "<gmd:CI_ResponsibleParty>" + _text("organisationName", who) + _code("role", "CI_RoleCode", "pointOfContact")
        + "</gmd:CI_ResponsibleParty>"
    )


def _identification(facts: Facts, who: str) -> str:
    day = f"<gmd:date><gco:DateTime>{facts.made_at[:19]}</gco:DateTime></gmd:date>"
    return (
        "<gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation>"
        + _text("title", facts.title)
        + f"<gmd:date><gmd:CI_Date>{day}{_code('dateType', 'CI_DateTypeCode', 'creation')}</gmd:CI_Date></gmd:date>"
        + "</gmd:CI_Citation></gmd:citation>"
        + _text("abstract", text_of(facts))
        + f"<gmd:pointOfContact>{_party(who)}</gmd:pointOfContact>"
        + "<gmd:resourceConstraints><gmd:MD_Constraints>"
        + _text("useLimitation", facts.licence)
        + "</gmd:MD_Constraints></gmd:resourceConstraints>"
        + _text("language", "eng")
        + "<gmd:topicCategory><gmd:MD_TopicCategoryCode>geoscientificInformation</gmd:MD_TopicCategoryCode>"
        + "</gmd:topicCategory>"
        + _extent(facts)
        + "</gmd:MD_DataIdentification>"
    )


def _extent(facts: Facts) -> str:
    inside = ""
    if facts.extent is not None:
        west, south, east, north = facts.extent
        sides = (("westBoundLongitude", west), ("eastBoundLongitude", east), ("southBoundLatitude", south),
                 ("northBoundLatitude", north))
        box = "".join(f"<gmd:{name}><gco:Decimal>{value:.9f}</gco:Decimal></gmd:{name}>" for name, value in sides)
        inside += (
            "<gmd:geographicElement><gmd:EX_GeographicBoundingBox>" + box
            + "</gmd:EX_GeographicBoundingBox></gmd:geographicElement>"
        )
    if facts.period is not None:
        first, last = (escape(xml_text(moment)) for moment in facts.period)
        inside += (
            "<gmd:temporalElement><gmd:EX_TemporalExtent><gmd:extent>"
            f'<gml:TimePeriod gml:id="observed"><gml:beginPosition>{first}</gml:beginPosition>'
            f"<gml:endPosition>{last}</gml:endPosition></gml:TimePeriod>"
            "</gmd:extent></gmd:EX_TemporalExtent></gmd:temporalElement>"
        )
    return f"<gmd:extent><gmd:EX_Extent>{inside}</gmd:EX_Extent></gmd:extent>" if inside else ""


def _quality(facts: Facts) -> str:
    steps = [*facts.lineage, f"Exported by {PROGRAM}.", *([facts.note] if facts.note else []), facts.accuracy]
    return (
        "<gmd:DQ_DataQuality><gmd:scope><gmd:DQ_Scope>" + _code("level", "MD_ScopeCode", "dataset")
        + "</gmd:DQ_Scope></gmd:scope><gmd:lineage><gmd:LI_Lineage>" + _text("statement", " ".join(filter(None, steps)))
        + "</gmd:LI_Lineage></gmd:lineage></gmd:DQ_DataQuality>"
    )
