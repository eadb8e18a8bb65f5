/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bpf(2), as much of it as counting in the kernel needs: maps, programs for kprobe events, and
 * hanging the one into the other. No compiler and no library at run time. All descriptors are the
 * caller's; with the last one the kernel drops what it stands for.
 */
#pragma once

#include <stdint.h>

struct bpf_text;
struct err;

struct bpf_map_shape {
	const char *name; /* at most 15 characters; of the error texts too */
	uint32_t type;	  /* BPF_MAP_TYPE_... */
	uint32_t key_bytes, value_bytes, entries;
};

/* A map of zeroes. Before 5.11 its memory counts against RLIMIT_MEMLOCK, which is raised for it. */
int bpf_map_new(const struct bpf_map_shape *shape, struct err *e);
int bpf_map_get(int map_fd, const void *key, void *ret_value); /* -ENOENT: no such entry */

/* Of the type for kprobe events. On refusal the reason has the last line of the kernel's verifier.
 */
int bpf_program_new(const char *name, const struct bpf_text *text, struct err *e);

/*
 * Runs the program at each hit of the kprobe event with that id, on every CPU, until the
 * descriptor that this returns is closed: the kernel runs an event's programs before it looks
 * whether the CPU has a perf event (kernel/trace/trace_kprobe.c, kprobe_perf_func(), since 4.15),
 * so one perf event, on @cpu, is enough.
 */
int bpf_attach(int program_fd, int event_id, int cpu, struct err *e);
