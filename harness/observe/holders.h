/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who holds the pages that would not move, as far as user space can know: which processes map them,
 * where, and what of those processes is known to keep references to pages: fixed buffers of an
 * io_uring (/proc/PID/fdinfo), O_DIRECT reads and writes that a thread waits for
 * (/proc/PID/task/TID/ syscall), pages in pipes, pinned memory (VmPin). A reference that the kernel
 * itself, a device or a process that has unmapped the page holds is not to be seen from here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fsio;

#define HOLDERS_MAX 8

struct holder {
	pid_t pid;
	char comm[32];
	char mapping[192]; /* "7f12…-7f13… rw-p /path", a line of /proc/PID/maps without its numbers */
	uint64_t address;  /* of the first such page in it */
	uint64_t pages;	   /* such pages in it */
	uint64_t pinned_bytes; /* of the whole process (VmPin); io_uring counts its buffers there */
	char evidence[192];    /* what holds pages there; "": nothing that can be seen */
	unsigned int weight;   /* of that: the surer the greater */
};

struct holders {
	struct holder list[HOLDERS_MAX]; /* those with evidence first, then those with most pages */
	size_t n;
	uint64_t processes; /* that were looked at */
	bool was_cut;	    /* the time was up before all had been, or too much for one of them */
};

/*
 * The mappings of all processes with pages in the frames [@first_frame, @first_frame + @n_frames).
 * Takes at most about @budget_ns; walks every page table entry of every process. Needs root.
 */
void holders_find(struct fsio *fs, uint64_t first_frame, uint64_t n_frames, uint64_t budget_ns,
		  struct holders *ret);

/* The mapping of one page of one process. */
void holders_of_page(struct fsio *fs, pid_t pid, uint64_t address, struct holders *ret);
