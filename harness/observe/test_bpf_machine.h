/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a program of bpf_text.h as the kernel would, on maps and a world that a test makes up. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_text;

#define MACHINE_MAPS 8
#define MACHINE_ENTRIES 64

struct machine_map {
	size_t key_bytes, value_bytes;
	bool is_array; /* of one entry for each key that is asked for */
	size_t n, n_max;
	unsigned char keys[MACHINE_ENTRIES][8];
	unsigned char values[MACHINE_ENTRIES][2048];
};

struct machine {
	struct machine_map maps[MACHINE_MAPS]; /* the descriptor is the index */
	uint64_t thread, now_ns;
	uint32_t cpu;
};

/* What the program returns. @context: the registers of the probed function. */
uint64_t machine_run(struct machine *m, const struct bpf_text *text, const void *context);

void *machine_entry(struct machine *m, int map, const void *key); /* NULL: there is none */
