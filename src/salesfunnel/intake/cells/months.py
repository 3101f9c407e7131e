"""The names of the months in the languages of the exports that we read."""

from __future__ import annotations

__all__ = ["MONTHS"]

_MONTH_NAMES = """
jan january januar ene enero janv janvier janeiro gennaio янв январь января
feb february februar febrero févr février fev fevereiro febbraio фев февраль февраля
mar march märz mär marzo mars março мар март марта
apr april abr abril avr avril aprile апр апрель апреля
may mai mayo maio maggio май мая
jun june juni junio juin junho giugno июн июнь июня
jul july juli julio juil juillet julho luglio июл июль июля
aug august ago agosto août авг август августа
sep sept september septiembre septembre set setembro settembre сен сент сентябрь сентября
oct october okt oktober octubre octobre out outubro ottobre окт октябрь октября
nov november noviembre novembre novembro ноя нояб ноябрь ноября
dec december dez dezember dic diciembre déc décembre dezembro dicembre дек декабрь декабря
"""
MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.split("\n")[1:-1], 1)
    for name in names.split()
}
"""The number of each month, by its name in lower case."""
