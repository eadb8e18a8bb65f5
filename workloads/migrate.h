/* SPDX-License-Identifier: GPL-2.0-or-later */
/* move_pages() for any number of pages, with the truth asked for afterwards. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

/*
 * The node of each page of @pid (0: this process) in ret_nodes, or a negative errno for a page
 * that is not there just now. Fails only when the process or the call as a whole does.
 */
int migrate_query(pid_t pid, void **addresses, size_t n, int *ret_nodes, struct err *e);

/*
 * Moves pages to @node. *ret_moved: those that are on it now and were elsewhere before; pages
 * that the kernel could not move are no error. @flags: MPOL_MF_MOVE or MPOL_MF_MOVE_ALL.
 */
int migrate_to(pid_t pid, void **addresses, size_t n, int node, int flags, uint64_t *ret_moved,
	       struct err *e);
