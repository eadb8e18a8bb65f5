/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Soft offline under load, one page a step, and the books about it: what is to be injected is in
 * the ledger, on disk, before it is; afterwards what the kernel counted, what it says of the old
 * frame, where the page is now, and whether its content is what it was. Who judges is the report.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "drive/poison.h"

struct err;

enum soft_offline_way {
	SOFT_OFFLINE_MADVISE, /* "madvise": by the process itself, MADV_SOFT_OFFLINE */
	SOFT_OFFLINE_SYSFS,   /* "sysfs": by the physical address, from here */
	SOFT_OFFLINE_WAYS,
};

/* What is done to the page or the kernel, so that the outcome is known beforehand. */
enum soft_offline_case {
	SOFT_OFFLINE_PLAIN,	/* "plain": it is in use, and can be migrated */
	SOFT_OFFLINE_NO_MEMORY, /* "no-memory": no page can be had to migrate it to */
	SOFT_OFFLINE_HELD,	/* "held": a pipe holds a reference (vmsplice) */
	SOFT_OFFLINE_TWICE,	/* "twice": the frame is poisoned already */
	SOFT_OFFLINE_FREED,	/* "freed": it was in use, and is free now */
	SOFT_OFFLINE_CLEAN,	/* "clean": a clean page of a file that nobody has mapped */
	SOFT_OFFLINE_CASES,
};

const char *soft_offline_way_name(enum soft_offline_way way);
const char *soft_offline_case_name(enum soft_offline_case which);

/* A process whose pages may be injected; consecutive pages. */
struct soft_offline_target {
	pid_t pid;
	uint64_t base_address, pages, page_size;
	const char *group, *kind; /* borrowed */
	bool is_file;		  /* its pages are a file's */
};

struct soft_offline_injection {
	/* Known before, and on disk then. */
	uint64_t number; /* from 0, over the whole run */
	enum soft_offline_case which;
	enum soft_offline_way way;
	const struct soft_offline_target *target; /* NULL: the frame is nobody's */
	uint64_t address;			  /* with a target */
	uint64_t frame;
	int32_t node; /* -1: not known */
	bool was_poisoned, was_huge;
	/* What became of it. */
	int error; /* 0 or a positive errno */
	uint64_t wall_ns;
	bool knows_corrupted;
	uint64_t corrupted_before_bytes, corrupted_after_bytes;
	bool knows_poisoned, is_poisoned; /* the old frame */
	uint64_t new_frame;		  /* 0: not known, or there is none */
	bool is_checked, is_intact;	  /* the content */
	/* Of a huge page: whether it is in one again, that is, has moved whole and was not split.
	 */
	bool knows_new_huge, is_new_huge;
	/*
	 * Of a hugetlb page: how many there are; after it, as soon as these are not more than
	 * before, or a second later.
	 */
	bool knows_pool;
	uint64_t pool_before_pages, pool_after_pages;
};

/* What the ledger expects of it: "poisoned", "ENOMEM", "EBUSY", "already". */
const char *soft_offline_expected(const struct soft_offline_injection *injection);

enum soft_offline_task {			    /* what a worker process is asked to do */
			 SOFT_OFFLINE_TASK_PREPARE, /* write what TASK_CHECK looks for into the page
						     */
			 SOFT_OFFLINE_TASK_INJECT,
			 SOFT_OFFLINE_TASK_INJECT_NO_MEMORY,
			 SOFT_OFFLINE_TASK_HOLD,
			 SOFT_OFFLINE_TASK_RELEASE,
			 SOFT_OFFLINE_TASK_CHECK,   /* -EILSEQ: the content is another */
			 SOFT_OFFLINE_TASK_SCRATCH, /* a page of its own, used by nobody else:
						     *ret_address */
			 SOFT_OFFLINE_TASK_SCRATCH_FREE,
			 SOFT_OFFLINE_TASKS,
};

/* Given by the service; called from the thread that steps. */
struct soft_offline_hooks {
	void *context;
	/* Must have put it on disk when it returns; a negative return forbids the injection. */
	int (*ledger)(void *context, const struct soft_offline_injection *injection);
	void (*done)(void *context, const struct soft_offline_injection *injection);
	/* @address: of the base page in question. What the worker's call answered; -ETIMEDOUT. */
	int (*ask)(void *context, const struct soft_offline_target *target,
		   enum soft_offline_task task, uint64_t address, uint64_t *ret_address);
	void (*fault)(void *context, const char *text);
	int32_t (*node_of)(void *context, uint64_t frame); /* -1: not known */
	/* NULL: whatever is poisoned here can be given back; else why not. */
	const char *cannot_undo_why;
	/* fail_page_alloc is set for threads whose make-it-fail is on. */
	bool can_fail_allocations;
};

struct soft_offline {
	struct poison_kernel kernel;
	struct soft_offline_hooks hooks;
	const struct soft_offline_target *targets; /* borrowed */
	size_t n_targets;
	bool plain_only;	/* none that must fail */
	uint64_t budget;	/* injections that may yet be made */
	uint64_t number;	/* of the next injection */
	uint64_t last_poisoned; /* frame; 0: none yet */
	uint32_t failed_ledgers;
	int last_error; /* what the kernel answered to the last one: 0 or a positive errno */
};

/*
 * Asks every target whether it can do its part. @s is filled by the caller, but for what begins
 * with 0. -EINVAL: no target has pages.
 */
int soft_offline_begin(struct soft_offline *s, struct err *e);

/*
 * One injection. 1: go on; 0: the budget is used up; negative: it must not go on (the ledger
 * cannot be put on disk three times in a row, or a worker does not answer).
 */
int soft_offline_step(struct soft_offline *s);
