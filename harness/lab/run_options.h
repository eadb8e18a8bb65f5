/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What "memsoak-lab run" was asked for, checked. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/options.h"

#define RUN_MAX_NODES 16

struct run_options {
	const char *kernel, *modules;
	uint64_t nodes, cpus, node_bytes;
	struct option_list cpuless, memoryless; /* node numbers, as text */
	bool has_cpus[RUN_MAX_NODES], has_memory[RUN_MAX_NODES];
	const char *profile, *script, *share, *append, *accel, *console;
	struct option_list files, qemu_arguments;
	struct option_list words; /* behind "--": for the guest's command */
	uint64_t timeout_ns;
	bool quiet, as_image, static_memory;
};

/* What holds when nothing is said. */
void run_options_init(struct run_options *o);

/* Returns 1 when --help was printed. */
int run_options_parse(struct run_options *o, int argc, char *const argv[], struct err *e);
void run_options_done(struct run_options *o);
