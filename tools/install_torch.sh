#!/bin/sh
# A CPU build of torch: on Linux, PyPI's own builds bring gigabytes of CUDA with them.
# usage: install_torch.sh PYTHON     TORCH=... overrides what is installed, CUDA builds included
set -eu
python=$1
pip="$python -m pip --disable-pip-version-check --quiet"

if [ -z "${TORCH:-}" ] && $python -c 'import torch' 2>/dev/null; then
    exit 0
fi
if [ -n "${TORCH:-}" ]; then
    exec $pip install "$TORCH"
fi
if [ "$(uname -s)" = Darwin ]; then
    exec $pip install 'torch>=2.11,<3'
fi
# First from wherever pip is set up to look, then from PyTorch's own index of CPU builds.
cpu='torch==2.13.0+cpu'
$pip install "$cpu" 2>/dev/null && exit 0
$pip install "$cpu" --index-url https://download.pytorch.org/whl/cpu \
    --extra-index-url https://pypi.org/simple && exit 0
echo "no CPU build of torch was found ($cpu)." >&2
echo "To take another build, CUDA included: make test TORCH='torch>=2.11,<3'" >&2
exit 1
