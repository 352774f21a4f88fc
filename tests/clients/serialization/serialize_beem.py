"""Let beem serialize and sign transactions; run by beem's interpreter, lines as `serialize.cjs`."""

import json
import sys

from beembase.signedtransactions import Signed_Transaction
from beemgraphenebase.chains import known_chains


def chain_of(request):
    """Make the chain known to beem, as its users do for a chain of their own; return it."""
    assets = [
        {"asset": nai, "symbol": symbol, "precision": precision, "id": number}
        for number, (nai, symbol, precision) in enumerate(request["assets"])
    ]
    chain = {
        "chain_id": request["chain_id"],
        "min_version": "0.0.0",
        "prefix": request["prefix"],
        "chain_assets": assets,
    }
    known_chains.clear()
    known_chains["TESTED"] = chain
    return chain


def serialize(request):
    """Return bytes, digest and signature of one transaction."""
    chain, given = chain_of(request), request["transaction"]
    prefix = request["prefix"]
    operations = [[name, dict(body, prefix=prefix)] for name, body in given["operations"]]
    transaction = Signed_Transaction(dict(given, operations=operations, prefix=prefix))
    transaction.deriveDigest(chain)
    # The count of signatures, of which there is none yet, is the last byte.
    answer = {"hex": bytes(transaction)[:-1].hex(), "digest": transaction.digest.hex()}
    transaction.sign([request["wif"]], chain)
    answer["signature"] = bytes(transaction.data["signatures"].data[0]).hex()
    return answer


for line in sys.stdin:
    try:
        print(json.dumps(serialize(json.loads(line))), flush=True)
    except Exception as error:  # whatever a client raises is its answer
        print(json.dumps({"error": f"{type(error).__name__}: {error}".split("\n")[0]}), flush=True)
