/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Poisoned page frames of a run are given back: by the run at its end, or by "memsoak restore". */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct fsio;
struct recorder;
struct record_poison;

struct given_back {
	uint64_t frames;  /* that were poisoned, and are not any more */
	uint64_t left;	  /* that still are */
	int error;	  /* of the first that is left; negative */
	uint64_t example; /* that frame */
};

/* Each on record, if @recorder is there. A frame that is not poisoned needs nothing. */
void give_back_frames(struct fsio *fs, struct recorder *recorder, const uint64_t *frames, size_t n,
		      struct given_back *ret);

/* What the host counts now: HardwareCorrupted, and the nodes' memory_failure/total. */
void give_back_count(struct fsio *fs, struct record_poison *ret_now);
