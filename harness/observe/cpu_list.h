/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's way to write a set of CPUs: "0-3,8". */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPU_LIST_MAX 8192 /* NR_CPUS is at most that on all architectures */

struct fsio;

struct cpu_list {
	uint64_t bits[CPU_LIST_MAX / 64];
};

/* false: the text is no such list, or holds a CPU beyond the maximum. "" is the empty set. */
bool cpu_list_parse(const char *text, struct cpu_list *ret_list);
/* Those that are online now; false: sysfs does not say. */
bool cpu_list_read_online(struct fsio *fs, struct cpu_list *ret_list);

bool cpu_list_has(const struct cpu_list *list, uint32_t cpu);
size_t cpu_list_count(const struct cpu_list *list);
