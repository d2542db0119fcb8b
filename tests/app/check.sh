#!/usr/bin/env bash
# The app's types and its pure modules. Needs Node and npm; the server needs neither.
set -euo pipefail
cd "$(dirname "$0")"
../../.ci/retry npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts
npx tsc -p .
node --import ./modules.mjs --test
