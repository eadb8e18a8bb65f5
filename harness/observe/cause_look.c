// SPDX-License-Identifier: GPL-2.0-or-later
/* Looking at a page: how many references has it, and how many of them are known to be somebody's?
 */
#include "observe/bpf_text.h"
#include "observe/cause_frame.h"
#include "observe/cause_parts.h"

/* From here on: what is seen in register 6, references more than expected in register 7. */
#define R_SEEN R_CONTEXT
#define R_SURPLUS R_TASK

/* That of R_PAGE; register 0 is 0 when it could be read. */
static void read_page(struct bpf_text *t)
{
	bpf_register(t, BPF_MOV, BPF_REG_1, BPF_REG_10);
	bpf_number(t, BPF_ADD, BPF_REG_1, AT_STRUCT);
	bpf_number(t, BPF_MOV, BPF_REG_2, STRUCT_PAGE_SIZE);
	bpf_register(t, BPF_MOV, BPF_REG_3, R_PAGE);
	bpf_call_helper(t, BPF_FUNC_probe_read);
}

/*
 * The references that a page in migration has in any case: one of who isolated it; in the page
 * cache one for each small page, and one of what its file system has in `private` (a pointer: a
 * small number there is a flag of hugetlb's); and one of the swap cache, whose entry is in
 * `private` (mm/migrate.c, expected_page_refs(), folio_expected_refs()).
 */
static void count_surplus(struct bpf_text *t)
{
	int is_anonymous = bpf_label(t), is_small = bpf_label(t), end = bpf_label(t);

	bpf_load(t, BPF_W, R_SURPLUS, BPF_REG_10, AT_STRUCT + STRUCT_PAGE_REFCOUNT);
	bpf_number(t, BPF_ADD, R_SURPLUS, -1);
	bpf_load(t, BPF_DW, BPF_REG_1, BPF_REG_10, AT_STRUCT + STRUCT_PAGE_MAPPING);
	bpf_load(t, BPF_DW, BPF_REG_2, BPF_REG_10, AT_STRUCT + STRUCT_PAGE_PRIVATE);
	bpf_jump_number(t, BPF_JEQ, BPF_REG_1, 0, end);
	bpf_jump_number(t, BPF_JSET, BPF_REG_1, MAPPING_FLAGS, is_anonymous);
	bpf_number(t, BPF_OR, R_SEEN, SEEN_CACHED);
	bpf_jump_number(t, BPF_JSLT, R_SURPLUS, PAGES_OF_HUGE, is_small);
	bpf_number(t, BPF_ADD, R_SURPLUS, -(PAGES_OF_HUGE - 1));
	bpf_set_label(t, is_small);
	bpf_number(t, BPF_ADD, R_SURPLUS, -1);
	bpf_jump_number(t, BPF_JSGE, BPF_REG_2, 0, end);
	bpf_number(t, BPF_ADD, R_SURPLUS, -1);
	bpf_jump(t, end);
	bpf_set_label(t, is_anonymous);
	bpf_jump_number(t, BPF_JEQ, BPF_REG_2, 0, end);
	bpf_number(t, BPF_ADD, R_SURPLUS, -1);
	bpf_set_label(t, end);
}

static void count_known(struct bpf_text *t, int member, int32_t bit)
{
	int none = bpf_label(t);

	part_load_signed(t, BPF_REG_1, R_RECORD, member);
	bpf_jump_number(t, BPF_JSLE, BPF_REG_1, 0, none);
	bpf_number(t, BPF_OR, R_SEEN, bit);
	bpf_load(t, BPF_DW, BPF_REG_2, BPF_REG_10, AT_KNOWN);
	bpf_register(t, BPF_ADD, BPF_REG_2, BPF_REG_1);
	bpf_store(t, BPF_DW, BPF_REG_10, AT_KNOWN, BPF_REG_2);
	bpf_set_label(t, none);
}

/* In the batch until that is emptied, or so many have come after it that it was full. */
static void look_at_batch(struct bpf_text *t, const struct cause_maps *maps)
{
	int none = bpf_label(t);

	bpf_load(t, BPF_W, BPF_REG_1, R_RECORD, PAGE(batch_cpu));
	bpf_jump_number(t, BPF_JEQ, BPF_REG_1, 0, none);
	bpf_number(t, BPF_ADD, BPF_REG_1, -1);
	bpf_store(t, BPF_W, BPF_REG_10, AT_INDEX, BPF_REG_1);
	part_find(t, maps->cpus, AT_INDEX, none);
	bpf_load(t, BPF_W, BPF_REG_1, BPF_REG_0, (int)offsetof(struct cause_cpu, added));
	bpf_load(t, BPF_W, BPF_REG_2, R_RECORD, PAGE(batch_number));
	bpf_load(t, BPF_W, BPF_REG_3, BPF_REG_0, (int)offsetof(struct cause_cpu, drained));
	bpf_jump_register(t, BPF_JLE, BPF_REG_2, BPF_REG_3, none);
	bpf_register(t, BPF_SUB, BPF_REG_1, BPF_REG_2);
	bpf_jump_number(t, BPF_JGE, BPF_REG_1, BATCH_MAX, none);
	bpf_number(t, BPF_OR, R_SEEN, SEEN_BATCH);
	bpf_set_label(t, none);
}

/* Was @member, a time of the record, within the attempt? */
static void look_at_time(struct bpf_text *t, int member, int32_t bits)
{
	int none = bpf_label(t);

	bpf_load(t, BPF_DW, BPF_REG_1, R_RECORD, member);
	bpf_load(t, BPF_DW, BPF_REG_2, BPF_REG_10, AT_BEGAN);
	bpf_jump_register(t, BPF_JLT, BPF_REG_1, BPF_REG_2, none);
	bpf_number(t, BPF_OR, R_SEEN, bits);
	bpf_set_label(t, none);
}

static void look_at_sleepers(struct bpf_text *t)
{
	int none = bpf_label(t);

	part_load_signed(t, BPF_REG_1, R_RECORD, PAGE(sleepers));
	bpf_jump_number(t, BPF_JSLE, BPF_REG_1, 0, none);
	bpf_number(t, BPF_OR, R_SEEN, SEEN_SLEEPER);
	bpf_set_label(t, none);
}

static void look_at_record(struct bpf_text *t, const struct cause_maps *maps)
{
	int end = bpf_label(t);

	bpf_store_number(t, BPF_DW, BPF_REG_10, AT_KNOWN, 0);
	bpf_store(t, BPF_DW, BPF_REG_10, AT_PAGE, R_PAGE);
	part_find(t, maps->pages, AT_PAGE, end);
	bpf_register(t, BPF_MOV, R_RECORD, BPF_REG_0);
	count_known(t, PAGE(waiters), SEEN_WAITER);
	count_known(t, PAGE(lookers), SEEN_LOOKER);
	look_at_sleepers(t);
	look_at_time(t, PAGE(let_go_ns), SEEN_LET_GO);
	look_at_time(t, PAGE(sleeper_let_go_ns), SEEN_LET_GO | SEEN_SLEEPER);
	look_at_batch(t, maps);
	bpf_set_label(t, end);
}

/* Faults that are under way at this place of a file. */
static void look_at_place(struct bpf_text *t, const struct cause_maps *maps)
{
	int none = bpf_label(t);

	bpf_register(t, BPF_MOV, BPF_REG_1, R_SEEN);
	bpf_number(t, BPF_AND, BPF_REG_1, SEEN_CACHED);
	bpf_jump_number(t, BPF_JEQ, BPF_REG_1, 0, none);
	bpf_load(t, BPF_DW, BPF_REG_1, BPF_REG_10, AT_STRUCT + STRUCT_PAGE_INDEX);
	part_make_place(t, BPF_REG_1, BPF_REG_2);
	bpf_store(t, BPF_DW, BPF_REG_10, AT_PAGE, BPF_REG_1);
	part_find(t, maps->pages, AT_PAGE, none);
	bpf_register(t, BPF_MOV, R_RECORD, BPF_REG_0);
	count_known(t, PAGE(lookers), SEEN_LOOKER);
	bpf_set_label(t, none);
}

/* How many wait for this frame, with a reference or without, goes where the key of the page was. */
static void count_waiting(struct bpf_text *t, const struct cause_maps *maps)
{
	int none = bpf_label(t);

	bpf_number(t, BPF_RSH, R_PAGE, STRUCT_PAGE_SHIFT);
	part_make_frame(t);
	bpf_store(t, BPF_DW, BPF_REG_10, AT_PAGE, R_PAGE);
	bpf_number(t, BPF_MOV, R_PAGE, 0);
	part_find(t, maps->pages, AT_PAGE, none);
	bpf_load(t, BPF_W, R_PAGE, BPF_REG_0, PAGE(waiters));
	bpf_number(t, BPF_LSH, R_PAGE, 32);
	bpf_number(t, BPF_ARSH, R_PAGE, 32);
	bpf_set_label(t, none);
}

/*
 * A page of the page cache that is being copied has left it, which is not to be seen: its copy has
 * the cache's reference then, or those of a huge page. So one reference less than waiters may be
 * one for each of them, or for all but one.
 */
void part_look_at_sleeper(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	int has_fewer = bpf_label(t), is_certain = bpf_label(t);

	bpf_load(t, BPF_DW, BPF_REG_1, R_TASK, TASK(page));
	bpf_store(t, BPF_DW, BPF_REG_10, AT_PAGE, BPF_REG_1);
	part_find(t, maps->pages, AT_PAGE, end);
	bpf_register(t, BPF_MOV, R_RECORD, BPF_REG_0);
	bpf_load(t, BPF_DW, R_PAGE, R_RECORD, PAGE(address));
	bpf_jump_number(t, BPF_JEQ, R_PAGE, 0, end);
	read_page(t);
	bpf_jump_number(t, BPF_JNE, BPF_REG_0, 0, end);
	bpf_number(t, BPF_MOV, R_SEEN, 0);
	count_surplus(t);
	part_load_signed(t, BPF_REG_1, R_RECORD, PAGE(waiters));
	bpf_jump_register(t, BPF_JSLT, R_SURPLUS, BPF_REG_1, has_fewer);
	part_add_figure(t, maps, FIGURE(sleeps_held), 1, end);
	bpf_jump(t, end);
	bpf_set_label(t, has_fewer);
	bpf_register(t, BPF_MOV, BPF_REG_2, R_SEEN);
	bpf_number(t, BPF_AND, BPF_REG_2, SEEN_CACHED);
	bpf_jump_number(t, BPF_JEQ, BPF_REG_2, 0, is_certain);
	bpf_register(t, BPF_SUB, BPF_REG_1, R_SURPLUS);
	bpf_jump_number(t, BPF_JEQ, BPF_REG_1, 1, end);
	bpf_set_label(t, is_certain);
	part_add_figure(t, maps, FIGURE(sleeps_free), 1, end);
}

static void add_level(struct bpf_text *t)
{
	bpf_number(t, BPF_ADD, R_SEEN, 1 << SEEN_HELD_SHIFT);
}

static void compare_surplus(struct bpf_text *t, const struct cause_maps *maps, int none)
{
	int end = bpf_label(t);

	bpf_jump_number(t, BPF_JSLE, R_SURPLUS, 0, end);
	add_level(t);
	bpf_load(t, BPF_DW, BPF_REG_1, BPF_REG_10, AT_KNOWN);
	bpf_jump_register(t, BPF_JSLE, R_SURPLUS, BPF_REG_1, end);
	add_level(t);
	part_find_figures(t, maps, none);
	bpf_load(t, BPF_DW, BPF_REG_2, BPF_REG_0, FIGURE(arriving));
	bpf_load(t, BPF_DW, BPF_REG_1, BPF_REG_10, AT_KNOWN);
	bpf_register(t, BPF_ADD, BPF_REG_1, BPF_REG_2);
	bpf_register(t, BPF_ADD, BPF_REG_1, R_PAGE);
	bpf_jump_register(t, BPF_JSLE, R_SURPLUS, BPF_REG_1, end);
	add_level(t);
	bpf_set_label(t, end);
}

void part_look(struct bpf_text *t, const struct cause_maps *maps, int none)
{
	int can_read = bpf_label(t);

	part_store_thread(t);
	part_find(t, maps->moves, AT_THREAD, none);
	bpf_load(t, BPF_DW, R_PAGE, BPF_REG_0, (int)offsetof(struct cause_move, page));
	bpf_load(t, BPF_DW, BPF_REG_1, BPF_REG_0, (int)offsetof(struct cause_move, began_ns));
	bpf_store(t, BPF_DW, BPF_REG_10, AT_BEGAN, BPF_REG_1);
	read_page(t);
	bpf_jump_number(t, BPF_JEQ, BPF_REG_0, 0, can_read);
	part_add_figure(t, maps, FIGURE(unread), 1, none);
	bpf_jump(t, none);
	bpf_set_label(t, can_read);
	bpf_number(t, BPF_MOV, R_SEEN, 0);
	count_surplus(t);
	look_at_record(t, maps);
	look_at_place(t, maps);
	count_waiting(t, maps);
	compare_surplus(t, maps, none);
	part_find_figures(t, maps, none);
	bpf_number(t, BPF_AND, R_SEEN, SEEN_ALL - 1); /* for the verifier */
	bpf_number(t, BPF_LSH, R_SEEN, 3);
	bpf_register(t, BPF_ADD, BPF_REG_0, R_SEEN);
	bpf_number(t, BPF_MOV, BPF_REG_1, 1);
	bpf_add_atomic(t, BPF_DW, BPF_REG_0, FIGURE(seen), BPF_REG_1);
}
