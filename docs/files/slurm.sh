#!/bin/sh
# Grades a class in the tasks of a Slurm array, and puts the parts together:
#
#   export EXERCISE=exec-counter CLASS=~/hand-ins OUT=~/marks
#   sbatch --wait --export=ALL --array=1-8 slurm.sh && sh slurm.sh merge
#
#SBATCH --job-name=bpfgrade
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=4:00:00
#SBATCH --requeue
set -eu
: "${EXERCISE:?}" "${CLASS:?}" "${OUT:?}"

if [ "${1-}" = merge ]; then
	exec bpfgrade merge --out "$OUT" "$OUT"/part-*
fi
# A task that is requeued goes on where it stopped.
exec bpfgrade grade --exit-zero --exercise "$EXERCISE" --all "$CLASS" \
	--out "$OUT/part-$SLURM_ARRAY_TASK_ID" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
	--jobs "${SLURM_CPUS_PER_TASK:-1}"
