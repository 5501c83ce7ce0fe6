#!/bin/sh
# Installs the Debian packages that grading and the tests need, if any is missing,
# with sudo when not root; "setup.sh grade" leaves out what only the tests need.
# It asks for nothing and does nothing twice.
set -eu

missing=
need() { # package, then a command that succeeds when it is there
	package=$1
	shift
	"$@" >/dev/null 2>&1 || missing="$missing $package"
}

PATH=$PATH:/usr/sbin:/sbin
need qemu-system-x86 command -v qemu-system-x86_64
need clang command -v clang
need bpftool bpftool version
[ "${1-}" = grade ] || need chromium sh -c 'command -v chromium || command -v google-chrome' # the tests look at report.html
need libbpf-dev test -f /usr/include/bpf/bpf_helpers.h

[ -n "$missing" ] || exit 0
echo "installing:$missing"
sudo=
if [ "$(id -u)" -ne 0 ]; then
	sudo=sudo
	if ! command -v sudo >/dev/null; then
		echo "setup: not root, and no sudo: as root, apt-get install$missing" >&2
		exit 1
	fi
fi
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086 # a list of packages
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing
