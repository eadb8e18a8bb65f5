// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The status words of move_pages() are written only for batches that succeeded as a whole
 * (mm/migrate.c:do_pages_move, 4.17 to 6.12), and its positive return counts pages that were
 * never attempted (5.6+). So neither is believed: where a page is, is asked before and after.
 */
#include "workloads/migrate.h"

#include <errno.h>
#include <numaif.h>

#include "base/cleanup.h"
#include "base/err.h"

#define BATCH 512

int migrate_query(pid_t pid, void **addresses, size_t n, int *ret_nodes, struct err *e)
{
	for (size_t i = 0; i < n; i += BATCH) {
		size_t count = n - i < BATCH ? n - i : BATCH;

		for (size_t k = 0; k < count; k++)
			ret_nodes[i + k] = -ENODATA;
		if (move_pages(pid, count, addresses + i, NULL, ret_nodes + i, 0) < 0)
			return err_errno(e, -errno, "cannot ask where the pages of process %d are",
					 (int)pid);
	}
	return 0;
}

int migrate_to(pid_t pid, void **addresses, size_t n, int node, int flags, uint64_t *ret_moved,
	       struct err *e)
{
	int before[BATCH], after[BATCH], wanted[BATCH], status[BATCH];
	uint64_t moved = 0;

	for (size_t i = 0; i < BATCH; i++)
		wanted[i] = node;
	for (size_t i = 0; i < n; i += BATCH) {
		size_t count = n - i < BATCH ? n - i : BATCH, elsewhere = 0;
		int r = migrate_query(pid, addresses + i, count, before, e);

		for (size_t k = 0; r == 0 && k < count; k++)
			elsewhere += before[k] != node;
		if (r == 0 && elsewhere == 0)
			continue;
		/* ENOMEM: the node is full; what was moved before that counts. */
		if (r == 0 && move_pages(pid, count, addresses + i, wanted, status, flags) < 0 &&
		    errno != ENOMEM)
			r = err_errno(e, -errno, "cannot move pages of process %d to node %d",
				      (int)pid, node);
		if (r == 0)
			r = migrate_query(pid, addresses + i, count, after, e);
		if (r < 0)
			return r;
		for (size_t k = 0; k < count; k++)
			moved += after[k] == node && before[k] != node;
	}
	*ret_moved = moved;
	return 0;
}
