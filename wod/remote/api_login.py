"""Log in to the API as the engine does, by its own configuration; argument: that file.

Prints {"said": "ok" | "refused" | "untrusted" | "away"}.
"""

import json
import ssl
import sys
import urllib.error
import urllib.request

PATIENCE = 10


def said(config):
    url = config["api_url"].rstrip("/")
    url = (url if url.endswith("/api") else url + "/api") + "/login"
    body = json.dumps({"username": config["api_user"], "password": config["api_password"]}).encode()
    context = ssl.create_default_context()
    if config.get("insecure"):
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        urllib.request.build_opener(*handlers).open(request, timeout=PATIENCE).close()
    except urllib.error.HTTPError as error:
        return "refused" if error.code in (401, 403, 404) else "away"
    except urllib.error.URLError as error:
        return "untrusted" if isinstance(error.reason, ssl.SSLError) else "away"
    except OSError:
        return "away"
    return "ok"


def main(path):
    with open(path) as file:
        print(json.dumps({"said": said(json.load(file))}))


if __name__ == "__main__":
    main(sys.argv[1])
