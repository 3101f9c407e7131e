"""Mail the report: for a scheduled job, such as cron on the first working day of a month.

Try: python examples/mail_report.py deals.csv --as-of 2026-11-20 --to me@example.org --save me.eml
Send: the same with --smtp mail.example.org:587 instead of --save
      (the environment's SMTP_USER and SMTP_PASSWORD log in)
"""

from __future__ import annotations

import argparse
import os
import smtplib
import ssl
import sys
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

SUBJECTS = {
    "en": ("{n} bottlenecks in {period}", "No bottleneck in {period}"),
    "zh": ("{period} 有 {n} 个瓶颈", "{period} 没有发现瓶颈"),
}


def message(found: sf.Analysis, *, sender: str, to: Sequence[str], locale: Any) -> EmailMessage:
    """Return the mail: the answer in the subject, the text report, the page attached."""
    alarms = len(found.bottlenecks.alarms)
    some, none = SUBJECTS[locale]
    mail = EmailMessage()
    mail["Subject"] = (some if alarms else none).format(n=alarms, period=found.period)
    mail["From"], mail["To"] = sender, ", ".join(to)
    mail.set_content(found.to_text(locale=locale, width=76))
    page = found.to_html(locale=locale).encode()
    mail.add_attachment(
        page, maintype="text", subtype="html", filename=f"report_{found.period}.html"
    )
    return mail


def send(mail: EmailMessage, server: str, *, plain: bool = False) -> None:
    """Hand the mail to a server; it is encrypted on the way unless `plain`."""
    with smtplib.SMTP(server, timeout=30) as smtp:
        if not plain:
            smtp.starttls(context=ssl.create_default_context())
        if user := os.environ.get("SMTP_USER"):
            smtp.login(user, os.environ["SMTP_PASSWORD"])
        smtp.send_message(mail)


def main(argv: Sequence[str] | None = None) -> int:
    """Read, analyse, and send or save; 1 if the deals have errors, which go to the log."""
    parser = argparse.ArgumentParser(description="Mail the report on a file of deals.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--funnel", default="b2b")
    parser.add_argument("--as-of", required=True, help="day of the export")
    parser.add_argument("--locale", choices=tuple(SUBJECTS), default="en")
    parser.add_argument("--sender", default="funnel@example.org")
    parser.add_argument("--to", action="append", required=True)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--smtp", metavar="HOST[:PORT]")
    where.add_argument("--save", metavar="FILE", type=Path)
    parser.add_argument("--plain", action="store_true", help="no TLS: a relay on this machine only")
    given = parser.parse_args(argv)
    try:
        funnel = sf.template(given.funnel, locale=given.locale)
        deals = sf.read_deals(given.file, funnel=funnel, as_of=given.as_of)
        found = sf.analyze(deals, locale=given.locale)
    except SalesFunnelError as error:
        print(error, file=sys.stderr)  # nothing is sent: no report is better than a wrong one
        return 1
    mail = message(found, sender=given.sender, to=given.to, locale=given.locale)
    if given.save is not None:
        given.save.write_bytes(mail.as_bytes())
    else:
        send(mail, given.smtp, plain=given.plain)
    errors = [fault for fault in deals.faults if fault.severity == "error"]
    for fault in errors:
        print(f"row {fault.row}, {fault.column}: {fault.message}", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
