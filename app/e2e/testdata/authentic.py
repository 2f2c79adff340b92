"""Judges mail as a receiver would: DKIM by dkimpy, SPF by pyspf, DMARC by authheaders.

It reads {"dns": "host:port", "messages": [{"content": base64, "from": path, "helo": name,
"ip": address}]} and writes what each message came to.
"""
import base64
import functools
import json
import sys

import authheaders
import authheaders.dmarc_lookup
import dkim
import dns.exception
import dns.resolver
import spf

asked = json.load(sys.stdin)
host, port = asked["dns"].rsplit(":", 1)
resolver = dns.resolver.Resolver(configure=False)
resolver.nameservers, resolver.port, resolver.lifetime = [host], int(port), 5


@functools.lru_cache(maxsize=None)
def ask(name, kind):
    try:
        return list(resolver.resolve(name, kind, raise_on_no_answer=False, search=False))
    except dns.resolver.NXDOMAIN:
        return []


def texts(name):
    return [b"".join(r.strings) for r in ask(name, "TXT")]


def key(name, timeout=5):
    name = name.decode() if isinstance(name, bytes) else name
    return (texts(name.rstrip(".")) or [None])[0]


def policy(name, kind="TXT"):
    return b"".join(texts(name)).decode() or None


def answers(name, kind, strict=True, timeout=20):
    found = []
    for r in ask(name, kind):
        value = {
            "TXT": lambda: tuple(r.strings), "SPF": lambda: tuple(r.strings), "A": lambda: r.address, "AAAA": lambda: r.address,
            "MX": lambda: (r.preference, str(r.exchange)), "PTR": lambda: str(r.target), "CNAME": lambda: str(r.target),
        }[kind]()
        found.append(((name, kind), value))
    return found


spf.DNSLookup = answers
authheaders.dmarc_lookup.get_org_domain = authheaders.get_org_domain = functools.lru_cache(maxsize=None)(authheaders.dmarc_lookup.get_org_domain)

told = []
for m in asked["messages"]:
    content, path = base64.b64decode(m["content"]), m["from"]
    d = dkim.DKIM(content)
    try:
        good, why = d.verify(dnsfunc=key), ""
    except dkim.DKIMException as e:
        good, why = False, str(e)
    signed = [h.decode().strip().lower() for h in d.signature_fields.get(b"h", b"").split(b":")]
    by_dkim = authheaders.DKIMAuthenticationResult(result="pass" if good else "fail", header_d=d.signature_fields.get(b"d", b"").decode(), header_i="")
    result, code, reason = spf.check(i=m["ip"], s=path, h=m["helo"])
    by_spf = authheaders.SPFAuthenticationResult(result=result, reason=reason, smtp_mailfrom=path, smtp_helo=m["helo"])
    told.append({
        "dkim": by_dkim.result, "spf": by_spf.result, "signed": signed, "why": "; ".join(filter(None, [why, reason])),
        "dmarc_by_dkim": authheaders.check_dmarc(content, None, by_dkim, dnsfunc=policy).result,
        "dmarc_by_spf": authheaders.check_dmarc(content, by_spf, None, dnsfunc=policy).result,
    })
json.dump(told, sys.stdout)
