#!/usr/bin/env bash
# Installs the official clients into target/clients, where tests/clients.rs and tests/browser.rs look for them.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
target="${CARGO_TARGET_DIR:-$here/../../target}/clients"
mkdir -p "$target"

cp "$here/package.json" "$here/package-lock.json" "$target/"
(cd "$target" && "$here/../../.ci/retry" npm ci --silent --no-audit --no-fund --omit=optional)

[ -x "$target/venv/bin/python" ] || python3 -m venv "$target/venv"
"$here/../../.ci/retry" "$target/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
echo "clients installed in $target"
