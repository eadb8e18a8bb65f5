/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page frames that the kernel does not hand out any more: how one is made so without a fault of the
 * hardware (soft offline), what the kernel tells of it, and how it is given back (unpoison). Behind
 * a table of operations, so that tests can be the kernel.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct fsio;

#define POISON_UNPOISON_PATH "sys/kernel/debug/hwpoison/unpoison-pfn"
#define POISON_SOFT_OFFLINE_PATH "sys/devices/system/memory/soft_offline_page"

struct poison_kernel {
	struct fsio *fs; /* borrowed */
	uint64_t page_size;
	void *context; /* of a test's operations */
	/* -ENOENT: no frame is mapped there just now; -EPERM: the kernel hides frames from us. */
	int (*frame)(const struct poison_kernel *k, pid_t pid, uint64_t address,
		     uint64_t *ret_frame);
	/* Bits of include/uapi/linux/kernel-page-flags.h. */
	int (*flags)(const struct poison_kernel *k, uint64_t frame, uint64_t *ret_flags);
	/* HardwareCorrupted of /proc/meminfo. */
	int (*corrupted)(const struct poison_kernel *k, uint64_t *ret_bytes);
	/* Hugetlb pages of all pools of the default size (HugePages_Total). NULL: not asked for. */
	int (*pool)(const struct poison_kernel *k, uint64_t *ret_pages);
	/*
	 * Asks for the frame to be taken out of use, by its physical address. @no_memory: while no
	 * page can be allocated by this thread. 0 or what the kernel answered, negative.
	 */
	int (*soft_offline)(const struct poison_kernel *k, uint64_t frame, bool no_memory);
	int (*unpoison)(const struct poison_kernel *k, uint64_t frame);
};

void poison_kernel_init(struct poison_kernel *k, struct fsio *fs);

/* false also when the flags cannot be read. */
bool poison_is_set(const struct poison_kernel *k, uint64_t frame);

/*
 * Gives @frame back: nothing is written when it is not poisoned (0). Somebody may hold it for a
 * moment (EBUSY): that is tried again, for a second at most. 1: it was poisoned and is not any
 * more, by /proc/kpageflags. -EOPNOTSUPP: the kernel has met a real fault of the hardware since it
 * began, and unpoisons nothing (mm/memory-failure.c: unpoison_memory(), 5.19 on).
 */
int poison_undo(const struct poison_kernel *k, uint64_t frame);
