/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/PID/pagemap: which page frame is behind an address. Frames show to CAP_SYS_ADMIN only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

#define PAGEMAP_PRESENT (1ULL << 63)
#define PAGEMAP_FRAME_MASK ((1ULL << 55) - 1)

static inline bool pagemap_is_present(uint64_t entry)
{
	return entry & PAGEMAP_PRESENT;
}

static inline uint64_t pagemap_frame(uint64_t entry)
{
	return entry & PAGEMAP_FRAME_MASK;
}

/* @pid 0: this process. A descriptor, owned by the caller. */
int pagemap_open(pid_t pid, struct err *e);

/* The entries of @n pages from @address on; those that cannot be read are 0. */
void pagemap_read(int fd, uint64_t address, uint64_t *ret_entries, size_t n);

/* -EPERM when the kernel hides the frames from us. */
int pagemap_check(struct err *e);
