// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/cause_programs.h"

#include <asm/ptrace.h>
#include <errno.h>

#include "base/cleanup.h"
#include "observe/bpf_text.h"
#include "observe/cause_parts.h"

/* Where the kernel's struct pt_regs has a function's arguments, and what it returns. */
#if defined(__x86_64__)
#define REGISTER(name) ((int)offsetof(struct pt_regs, name))
static const int arguments[] = {REGISTER(rdi), REGISTER(rsi), REGISTER(rdx), REGISTER(rcx),
				REGISTER(r8)};
#define RETURNED REGISTER(rax)
#define CAN true
#elif defined(__aarch64__)
static const int arguments[] = {0, 8, 16, 24, 32};
#define RETURNED 0
#define CAN true
#else
static const int arguments[] = {0, 0, 0, 0, 0};
#define RETURNED 0
#define CAN false
#endif

bool cause_programs_can(void)
{
	return CAN;
}

static void load_argument(struct bpf_text *t, int to, int number)
{
	bpf_load(t, BPF_DW, to, R_CONTEXT, arguments[number - 1]);
}

static void write_wait_entry(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	int is_new = bpf_label(t);

	part_find_task(t, maps, is_new);
	/* Its last return was missed: what it had then, it has no longer. */
	part_release(t, maps);
	bpf_set_label(t, is_new);
	bpf_number(t, BPF_MOV, R_PAGE, 0);
	part_put_task(t, maps, TASK_WAITS | TASK_ARRIVES);
	part_add_figure(t, maps, FIGURE(arriving), 1, end);
}

static void write_wait_return(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	part_find_task(t, maps, end);
	part_release(t, maps);
	part_delete_task(t, maps);
}

/* Goes on only when the task of R_TASK has @flag. */
static void require_flag(struct bpf_text *t, int32_t flag, int end)
{
	int has_it = bpf_label(t);

	bpf_load(t, BPF_DW, BPF_REG_1, R_TASK, TASK(flags));
	bpf_jump_number(t, BPF_JSET, BPF_REG_1, flag, has_it);
	bpf_jump(t, end);
	bpf_set_label(t, has_it);
}

/* One task more has the page of R_PAGE: @member, of struct cause_page, says as what. */
static void count_on_page(struct bpf_text *t, const struct cause_maps *maps, int member, int end)
{
	part_find_page(t, maps, end);
	bpf_number(t, BPF_MOV, BPF_REG_1, 1);
	bpf_add_atomic(t, BPF_W, R_RECORD, member, BPF_REG_1);
}

static void write_hold_of_page(struct bpf_text *t, const struct cause_maps *maps, int end,
			       int32_t flags)
{
	int is_looker = bpf_label(t), is_waiter = bpf_label(t);

	part_keep_page(t);
	part_find_task(t, maps, is_looker);
	bpf_load(t, BPF_DW, BPF_REG_1, R_TASK, TASK(flags));
	bpf_jump_number(t, BPF_JSET, BPF_REG_1, TASK_WAITS, is_waiter);
	/* One of these functions called by another, for the same page. */
	bpf_load(t, BPF_DW, BPF_REG_1, R_TASK, TASK(page));
	bpf_jump_register(t, BPF_JEQ, BPF_REG_1, R_PAGE, end);
	part_release(t, maps);
	part_take_page(t);

	bpf_set_label(t, is_looker);
	part_put_task(t, maps, flags);
	count_on_page(t, maps, PAGE(lookers), end);
	bpf_jump(t, end);

	bpf_set_label(t, is_waiter);
	/* It has a page already, or has had one: it is woken and waits once more. */
	require_flag(t, TASK_ARRIVES, end);
	bpf_store(t, BPF_DW, R_TASK, TASK(page), R_PAGE);
	bpf_store_number(t, BPF_DW, R_TASK, TASK(flags), TASK_WAITS | flags);
	count_on_page(t, maps, PAGE(waiters), end);
	part_add_figure(t, maps, FIGURE(holds), 1, end);
	part_add_figure(t, maps, FIGURE(arriving), -1, end);
}

static void write_hold_entry(struct bpf_text *t, const struct cause_maps *maps, int end,
			     int32_t flags)
{
	load_argument(t, R_PAGE, 1);
	write_hold_of_page(t, maps, end, flags);
}

/* A fault in a file: the page is not known yet, but which one of its file it will be. */
static void write_fault_entry(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	load_argument(t, BPF_REG_3, 1);
	part_read_place(t, end);
	write_hold_of_page(t, maps, end, 0);
}

/* Within a fault or another look-up it is that one's. */
static void write_lookup_entry(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	int is_new = bpf_label(t);

	load_argument(t, R_PAGE, 2);
	part_make_place(t, R_PAGE, BPF_REG_1);
	part_find_task(t, maps, is_new);
	bpf_jump(t, end);
	bpf_set_label(t, is_new);
	part_put_task(t, maps, TASK_LOOKS_UP);
	count_on_page(t, maps, PAGE(lookers), end);
}

static void write_lookup_return(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	part_find_task(t, maps, end);
	require_flag(t, TASK_LOOKS_UP, end);
	part_release(t, maps);
	part_delete_task(t, maps);
}

/* It keeps its place in the table, for its return. Jumps to @keeps_it when it is not one that lets go. */
static void write_let_go(struct bpf_text *t, const struct cause_maps *maps, int keeps_it)
{
	require_flag(t, TASK_LETS_GO, keeps_it);
	part_release(t, maps);
	bpf_store_number(t, BPF_DW, R_TASK, TASK(page), 0);
}

/* Once for each page that it has. */
static void write_sleep_with_page(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	bpf_load(t, BPF_DW, BPF_REG_1, R_TASK, TASK(flags));
	bpf_jump_number(t, BPF_JSET, BPF_REG_1, TASK_SLEPT, end);
	require_flag(t, TASK_WAITS, end);
	bpf_load(t, BPF_DW, R_PAGE, R_TASK, TASK(page));
	bpf_jump_number(t, BPF_JEQ, R_PAGE, 0, end);
	bpf_number(t, BPF_OR, BPF_REG_1, TASK_SLEPT);
	bpf_store(t, BPF_DW, R_TASK, TASK(flags), BPF_REG_1);
	count_on_page(t, maps, PAGE(sleepers), end);
}

static void write_sleep_entry(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	int has_page = bpf_label(t), keeps_it = bpf_label(t);

	part_find_task(t, maps, end);
	bpf_load(t, BPF_DW, BPF_REG_1, R_TASK, TASK(flags));
	bpf_number(t, BPF_AND, BPF_REG_1, TASK_HAS_FRAME);
	bpf_jump_number(t, BPF_JEQ, BPF_REG_1, 0, has_page);
	part_look_at_sleeper(t, maps, end);
	bpf_jump(t, end);
	bpf_set_label(t, has_page);
	write_let_go(t, maps, keeps_it);
	bpf_jump(t, end);
	bpf_set_label(t, keeps_it);
	write_sleep_with_page(t, maps, end);
}

/* The first argument is a swp_entry_t: the frame's number in the lowest bits. */
static void write_locked_entry(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	load_argument(t, R_PAGE, 1);
	part_make_frame(t);
	part_find_task(t, maps, end);
	require_flag(t, TASK_ARRIVES, end);
	bpf_store(t, BPF_DW, R_TASK, TASK(page), R_PAGE);
	bpf_store_number(t, BPF_DW, R_TASK, TASK(flags), TASK_WAITS | TASK_HAS_FRAME);
	count_on_page(t, maps, PAGE(waiters), end);
	part_add_figure(t, maps, FIGURE(arriving), -1, end);
}

/* A waiter that keeps its reference has it until it leaves migration_entry_wait(). */
static void write_hold_return(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	int is_waiter = bpf_label(t);

	part_find_task(t, maps, end);
	bpf_load(t, BPF_DW, BPF_REG_1, R_TASK, TASK(flags));
	bpf_jump_number(t, BPF_JSET, BPF_REG_1, TASK_WAITS, is_waiter);
	part_release(t, maps);
	part_delete_task(t, maps);
	bpf_jump(t, end);
	bpf_set_label(t, is_waiter);
	write_let_go(t, maps, end);
}

static void write_move_entry(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	load_argument(t, R_PAGE, 2);
	part_put_move(t, maps, end);
}

static void write_move_return(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	part_load_signed(t, BPF_REG_1, R_CONTEXT, RETURNED);
	bpf_jump_number(t, BPF_JNE, BPF_REG_1, -EAGAIN, end);
	part_look(t, maps, end);
}

static void write_batch_entry(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	load_argument(t, R_PAGE, 1);
	part_add_to_batch(t, maps, end);
}

static void write_drain_entry(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	bpf_call_helper(t, BPF_FUNC_get_smp_processor_id);
	bpf_register(t, BPF_MOV, R_TASK, BPF_REG_0);
	part_drain(t, maps, end);
}

static void write_drain_other_entry(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	load_argument(t, R_TASK, 1);
	part_drain(t, maps, end);
}

/*
 * migrate_folio_undo_src(src, page_was_mapped, anon_vma, locked, ret) without a list to put the
 * page on is what migrate_folio_unmap() does before it returns -EAGAIN (mm/migrate.c, 6.3 and
 * later).
 */
static void write_undo_entry(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	load_argument(t, BPF_REG_1, 5);
	bpf_jump_number(t, BPF_JNE, BPF_REG_1, 0, end);
	part_add_figure(t, maps, FIGURE(undone), 1, end);
	load_argument(t, BPF_REG_1, 4);
	bpf_number(t, BPF_AND, BPF_REG_1, 0xff); /* a bool */
	bpf_jump_number(t, BPF_JNE, BPF_REG_1, 0, end);
	part_add_figure(t, maps, FIGURE(undone_unlocked), 1, end);
}

static void write_body(enum cause_program program, const struct cause_maps *maps,
		       struct bpf_text *t, int end)
{
	switch (program) {
	case CAUSE_WAIT_ENTRY:
		return write_wait_entry(t, maps, end);
	case CAUSE_WAIT_RETURN:
		return write_wait_return(t, maps, end);
	case CAUSE_HOLD_ENTRY:
		return write_hold_entry(t, maps, end, 0);
	case CAUSE_PUT_ENTRY:
		return write_hold_entry(t, maps, end, TASK_LETS_GO);
	case CAUSE_FAULT_ENTRY:
		return write_fault_entry(t, maps, end);
	case CAUSE_LOOKUP_ENTRY:
		return write_lookup_entry(t, maps, end);
	case CAUSE_LOOKUP_RETURN:
		return write_lookup_return(t, maps, end);
	case CAUSE_LOCKED_ENTRY:
		return write_locked_entry(t, maps, end);
	case CAUSE_HOLD_RETURN:
		return write_hold_return(t, maps, end);
	case CAUSE_SLEEP_ENTRY:
		return write_sleep_entry(t, maps, end);
	case CAUSE_MOVE_ENTRY:
		return write_move_entry(t, maps, end);
	case CAUSE_MOVE_RETURN:
		return write_move_return(t, maps, end);
	case CAUSE_BATCH_ENTRY:
		return write_batch_entry(t, maps, end);
	case CAUSE_DRAIN_ENTRY:
		return write_drain_entry(t, maps, end);
	case CAUSE_DRAIN_OTHER_ENTRY:
		return write_drain_other_entry(t, maps, end);
	case CAUSE_UNDO_ENTRY:
		return write_undo_entry(t, maps, end);
	case CAUSE_PROGRAMS:
		return;
	}
}

static const char *const names[CAUSE_PROGRAMS] = {
	[CAUSE_WAIT_ENTRY] = "wait_entry",	   [CAUSE_WAIT_RETURN] = "wait_return",
	[CAUSE_HOLD_ENTRY] = "hold_entry",	   [CAUSE_PUT_ENTRY] = "put_entry",
	[CAUSE_FAULT_ENTRY] = "fault_entry",	   [CAUSE_LOOKUP_ENTRY] = "lookup_entry",
	[CAUSE_LOOKUP_RETURN] = "lookup_return",   [CAUSE_LOCKED_ENTRY] = "locked_entry",
	[CAUSE_HOLD_RETURN] = "hold_return",	   [CAUSE_SLEEP_ENTRY] = "sleep_entry",
	[CAUSE_MOVE_ENTRY] = "move_entry",	   [CAUSE_MOVE_RETURN] = "move_return",
	[CAUSE_BATCH_ENTRY] = "batch_entry",	   [CAUSE_DRAIN_ENTRY] = "drain_entry",
	[CAUSE_DRAIN_OTHER_ENTRY] = "drain_other", [CAUSE_UNDO_ENTRY] = "undo_entry",
};

const char *cause_program_name(enum cause_program program)
{
	return names[program];
}

int cause_program_write(enum cause_program program, const struct cause_maps *maps,
			struct bpf_text *t)
{
	int end;

	bpf_text_begin(t);
	end = bpf_label(t);
	bpf_register(t, BPF_MOV, R_CONTEXT, BPF_REG_1);
	write_body(program, maps, t, end);
	bpf_set_label(t, end);
	bpf_return(t);
	return bpf_text_end(t);
}
