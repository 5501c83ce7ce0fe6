#!/bin/sh
# Gradescope runs this once, as root, when it builds the image: it installs what
# grading needs, fetches a kernel and boots it once, so that a submission finds
# everything ready and nothing is written then but its results.
set -eu
here=/autograder/source
export DEBIAN_FRONTEND=noninteractive BPFGRADE_CACHE=/tmp/bpfgrade

apt-get update -qq
apt-get install -qq -y --no-install-recommends ca-certificates qemu-system-x86 clang llvm libc6-dev libbpf-dev libelf-dev zlib1g-dev
# Debian has bpftool in a package of its own, Ubuntu with the tools of a kernel.
if ! apt-get install -qq -y --no-install-recommends bpftool || ! bpftool version >/dev/null 2>&1; then
	apt-get install -qq -y --no-install-recommends linux-tools-generic
	ln -sf "$(ls /usr/lib/linux-tools/*/bpftool | tail -n 1)" /usr/local/sbin/bpftool
fi

chmod +x "$here/bpfgrade" "$here/run_autograder"
kernel=$(cat "$here/kernel")
"$here/bpfgrade" kernel add $kernel
"$here/bpfgrade" grade --exit-zero --exercise "$(cat "$here/exercise")" ${kernel:+--kernel "$kernel"} "$here/starter"
# Whoever grades may be another user, and takes a copy; see run_autograder.
chmod -R a+rX "$BPFGRADE_CACHE"
rm -rf /autograder/bpfgrade
mv "$BPFGRADE_CACHE" /autograder/bpfgrade
