#!/usr/bin/env bash
# Puts MommyCare in place as a system service, or upgrades it. Run it as root from the project's folder after
# `cargo build --release`. Running it again keeps data and settings.
#
#   ./install.sh [--binary FILE]    install or upgrade
#   ./install.sh --print-unit       print the service file and do nothing else
set -euo pipefail

binary=target/release/mommycare
program=/usr/local/bin/mommycare
settings=/etc/mommycare/mommycare.toml
unit=/etc/systemd/system/mommycare.service
state=/var/lib/mommycare
documents=/usr/local/share/doc/mommycare

print_unit() {
    cat <<UNIT
[Unit]
Description=MommyCare, the chat of the clinic
Documentation=file://$documents/README.md
# Sockets can be bound only when the network has its addresses.
Wants=network-online.target
After=network-online.target

[Service]
# The server says itself when it answers requests, and again and again that it lives.
Type=notify
NotifyAccess=main
WatchdogSec=60
# The log of each start shows every setting and where it comes from. A wrong one stops it here, with its name.
ExecStartPre=$program check --config $settings --data $state
ExecStart=$program serve --config $settings --data $state
# After a power cut the store is built anew: about 20 seconds for a million messages.
TimeoutStartSec=900
# Clients are told, sockets closed, the journal written out: five seconds suffice; then the journal still holds everything.
TimeoutStopSec=15
Restart=on-failure
RestartSec=2

# A user of its own with one folder that only it can read.
User=mommycare
Group=mommycare
StateDirectory=mommycare
StateDirectoryMode=0700
UMask=0077

# Each connection is an open file.
LimitNOFILE=65536
# Memory and tasks have a ceiling, so that a fault here leaves the rest of the machine alone.
MemoryMax=75%
TasksMax=512

# The server needs its folder and the network, and nothing else of this machine.
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
ProtectProc=invisible
ProcSubset=pid
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
UNIT
}

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }

while [ $# -gt 0 ]; do
    case $1 in
        --print-unit) print_unit; exit 0 ;;
        --binary) [ $# -ge 2 ] || fail "--binary needs a file"; binary=$2; shift 2 ;;
        *) fail "unknown option $1; see the first lines of this file" ;;
    esac
done

[ "$(id -u)" = 0 ] || fail "run this as root, for example with sudo"
[ -x "$binary" ] || fail "there is no $binary; run 'cargo build --release' first, or name the file with --binary"
command -v systemctl >/dev/null || fail "this machine has no systemd"

upgrade=no
[ -e "$program" ] && upgrade=yes

if ! getent passwd mommycare >/dev/null; then
    useradd --system --user-group --home-dir "$state" --no-create-home --shell /usr/sbin/nologin mommycare
    say "made the user mommycare"
fi

install -d -m 0755 "$(dirname "$settings")"
if [ ! -e "$settings" ]; then
    install -m 0640 -g mommycare mommycare.toml "$settings"
    say "put settings into $settings"
else
    say "kept the settings in $settings"
fi

# Has the new program check the settings as the service will: as its user, with its folder and whatever was added to its environment.
check_settings() {
    local added=() environment file
    if [ -e "$unit" ]; then
        environment=$(systemctl show --property=Environment --value mommycare)
        [ -z "$environment" ] || added+=(--property="Environment=$environment")
        while read -r file; do
            case $file in
                "") ;;
                *"(ignore_errors=yes)") added+=(--property="EnvironmentFile=-${file% (*}") ;;
                *) added+=(--property="EnvironmentFile=${file% (*}") ;;
            esac
        done < <(systemctl show --property=EnvironmentFiles --value mommycare)
    fi
    systemd-run --quiet --wait --pipe --collect --property=User=mommycare --property=Group=mommycare \
        --property=StateDirectory=mommycare --property=StateDirectoryMode=0700 --property=UMask=0077 \
        --property=ProtectSystem=strict --property=ProtectHome=yes --property=PrivateTmp=yes "${added[@]}" \
        "$program.new" check --config "$settings" --data "$state" >/dev/null
}

# A neighbour and a rename: the running program is never half-written, and stays where the new one refuses a setting.
install -m 0755 "$binary" "$program.new"
if [ $upgrade = yes ] && ! check_settings; then
    rm -f "$program.new"
    fail "the new program does not take these settings; nothing else was changed"
fi
mv -f "$program.new" "$program"
install -D -m 0644 README.md "$documents/README.md"
say "put the program into $program: $("$program" --version)"

print_unit >"$unit.new"
mv -f "$unit.new" "$unit"
systemctl daemon-reload
systemctl enable --quiet mommycare
systemctl restart mommycare
say "the service mommycare runs and starts with the machine; its data is in $state"

if [ $upgrade = no ]; then
    say ""
    say "The link for the first administrator stands in the log:  journalctl -u mommycare -o cat | grep setup"
    say "To let the clinic's network in, choose how it is encrypted, as README.md says."
fi
