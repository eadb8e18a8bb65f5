/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calling thread's own switch of the kernel's fault injection (CONFIG_FAULT_INJECTION). What
 * fails while it is on is set elsewhere (fail_page_alloc and its like, with task-filter on).
 * Opened beforehand: an open with the switch on could fail itself.
 */
#pragma once

/* Of the thread that calls; a descriptor, owned by the caller. -ENOENT: the kernel has none. */
int make_it_fail_open(void);

/* 0 or a negative errno. Allocates nothing (fs/proc/base.c: proc_fault_inject_write()). */
int make_it_fail_set(int fd, int on);
