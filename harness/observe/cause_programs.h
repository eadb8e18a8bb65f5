/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BPF programs that look at each EAGAIN of a migration attempt: who holds a reference to the
 * page now? They note what is there to see; what that means is for cause_evidence.h to say.
 *
 * A table by page has how many tasks are known to hold a reference to it: waiters on its migration
 * entry, and others who wait for its lock (after a look-up in the page cache, mostly). A task is a
 * waiter with a reference when it enters, inside migration_entry_wait() or one of its twins, a
 * function that is given the page to wait for. Where it waits without a reference (5.17 and later)
 * no such function is called, and there are none. One that still has its reference when it goes to
 * sleep is a sleeper, until it lets go; one that lets go before that (5.0 to 5.16) is none.
 *
 * The functions that lock a page call each other within mm/filemap.c, where they are inlined, and
 * what is behind them is `static inline`, which the kernel makes notrace. So a fault in a file
 * counts, as long as it lasts, for every page at that place of a file: of which is not looked at.
 * And so does a look-up that locks what it finds, as a fault in hugetlbfs makes it.
 *
 * From 5.17 on the waiter has the migration entry, so a frame's number, and the wait itself is one
 * function that calls none that could be probed. So waiters are counted by frame there, and whether
 * they have references is seen from their number: when one goes to sleep, are there as many
 * references as waiters? The kernel's table of pages begins at a multiple of 2^30 (x86-64,
 * arch/x86/mm/kaslr.c), so 24 bits of a page's address are those of its frame.
 *
 * Of struct page, and struct folio, four words are read: mapping, index, private and the reference
 * count, at offsets 24, 32, 40 and 52 on 64 bits (include/linux/mm_types.h, 4.18 to 6.18). Of
 * struct vm_fault it is pgoff, at 16 (include/linux/mm.h, 4.18 to 6.18).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct bpf_text;

/* Each is a program; what it hangs on is said in causes.c. */
enum cause_program {
	CAUSE_WAIT_ENTRY, /* a task has met a migration entry */
	CAUSE_WAIT_RETURN,
	CAUSE_HOLD_ENTRY,   /* of a function that is given the page it will sleep for */
	CAUSE_PUT_ENTRY,    /* the same, of one that lets go of the reference once it is queued */
	CAUSE_FAULT_ENTRY,  /* of a fault in a file: a look-up, and may be sleep */
	CAUSE_LOOKUP_ENTRY, /* of a look-up of its own: the second argument is the place */
	CAUSE_LOOKUP_RETURN,
	CAUSE_LOCKED_ENTRY, /* of a wait that is given the migration entry itself */
	CAUSE_HOLD_RETURN,  /* of each of these */
	CAUSE_SLEEP_ENTRY,  /* it is queued now */
	CAUSE_MOVE_ENTRY,   /* of move_to_new_*: the second argument is the source page */
	CAUSE_MOVE_RETURN,
	CAUSE_BATCH_ENTRY,	 /* the first argument goes into this CPU's mlock batch */
	CAUSE_DRAIN_ENTRY,	 /* this CPU's batch is emptied */
	CAUSE_DRAIN_OTHER_ENTRY, /* that of the CPU that is the first argument */
	CAUSE_UNDO_ENTRY,	 /* migrate_folio_undo_src() */
	CAUSE_PROGRAMS,
};

/* What is seen at an EAGAIN. The two uppermost bits are one of enum cause_held. */
#define SEEN_WAITER 1u	 /* a waiter on the migration entry has a reference */
#define SEEN_LET_GO 2u	 /* one had it while the attempt went on, and has none now */
#define SEEN_LOOKER 4u	 /* another task that waits for the page's lock has one */
#define SEEN_BATCH 8u	 /* the page is in a CPU's mlock batch, as far as was seen */
#define SEEN_CACHED 16u	 /* it is in the page cache */
#define SEEN_SLEEPER 32u /* with SEEN_WAITER or SEEN_LET_GO: it slept, or sleeps, with it */
#define SEEN_HELD_SHIFT 6
#define SEEN_ALL 256u

enum cause_held {
	HELD_NO,	/* no reference more than a page in migration has: who held one is gone */
	HELD_EXPLAINED, /* so many more as are known to be held */
	HELD_ARRIVING,	/* and some that may be those of waiters that are only counted */
	HELD_BY_OTHERS, /* and still more */
};

/* The one value of the map of figures. */
struct cause_figures {
	uint64_t seen[SEEN_ALL]; /* EAGAIN by what was seen */
	int64_t arriving; /* tasks that have met a migration entry and hold no page that is known */
	uint64_t holds;	  /* waiters that took a reference: 0 on a kernel where none does */
	uint64_t sleeps_held; /* waiters of CAUSE_LOCKED_ENTRY that slept while each had a reference
			       */
	uint64_t sleeps_free; /* ... while there were fewer references than waiters, for certain */
	uint64_t unread;      /* EAGAIN whose page could not be read */
	uint64_t undone;      /* EAGAIN of the unmap phase */
	uint64_t undone_unlocked; /* ... because the page's lock was not to be had */
};

struct cause_maps {
	int tasks, pages, moves, cpus, figures; /* descriptors */
};

/* Sizes of the maps' values, for who makes them. */
struct cause_task {
	uint64_t page; /* that it holds; 0: none */
	uint64_t flags;
};

struct cause_page {
	int32_t waiters, lookers;
	uint64_t let_go_ns; /* when a waiter last did */
	uint32_t batch_cpu; /* + 1; 0: none */
	uint32_t batch_number;
	uint64_t address; /* of a frame's entry: the page, once it was to move */
	int32_t sleepers; /* of the waiters */
	uint32_t unused;
	uint64_t sleeper_let_go_ns; /* when one of these last did */
};

struct cause_move {
	uint64_t page, began_ns;
};

struct cause_cpu {
	uint32_t added, drained; /* numbers of the pages that went into its mlock batch */
};

bool cause_programs_can(void); /* on this architecture */
const char *cause_program_name(enum cause_program program);

/* -E2BIG and -EINVAL as bpf_text_end(). */
int cause_program_write(enum cause_program program, const struct cause_maps *maps,
			struct bpf_text *t);
