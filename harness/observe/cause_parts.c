// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/cause_parts.h"

#include "observe/bpf_text.h"
#include "observe/cause_frame.h"

/* The first two arguments of every helper that looks into a map. */
static void load_map_and_key(struct bpf_text *t, int map_fd, int key)
{
	bpf_load_map(t, BPF_REG_1, map_fd);
	bpf_register(t, BPF_MOV, BPF_REG_2, BPF_REG_10);
	bpf_number(t, BPF_ADD, BPF_REG_2, key);
}

void part_find(struct bpf_text *t, int map_fd, int key, int none)
{
	load_map_and_key(t, map_fd, key);
	bpf_call_helper(t, BPF_FUNC_map_lookup_elem);
	bpf_jump_number(t, BPF_JEQ, BPF_REG_0, 0, none);
}

static void put(struct bpf_text *t, int map_fd, int key, int32_t how)
{
	load_map_and_key(t, map_fd, key);
	bpf_register(t, BPF_MOV, BPF_REG_3, BPF_REG_10);
	bpf_number(t, BPF_ADD, BPF_REG_3, AT_VALUE);
	bpf_number(t, BPF_MOV, BPF_REG_4, how);
	bpf_call_helper(t, BPF_FUNC_map_update_elem);
}

void part_store_thread(struct bpf_text *t)
{
	bpf_call_helper(t, BPF_FUNC_get_current_pid_tgid);
	bpf_store(t, BPF_DW, BPF_REG_10, AT_THREAD, BPF_REG_0);
}

void part_find_task(struct bpf_text *t, const struct cause_maps *maps, int none)
{
	part_store_thread(t);
	part_find(t, maps->tasks, AT_THREAD, none);
	bpf_register(t, BPF_MOV, R_TASK, BPF_REG_0);
}

void part_put_task(struct bpf_text *t, const struct cause_maps *maps, int32_t flags)
{
	bpf_store(t, BPF_DW, BPF_REG_10, AT_VALUE + TASK(page), R_PAGE);
	bpf_store_number(t, BPF_DW, BPF_REG_10, AT_VALUE + TASK(flags), flags);
	put(t, maps->tasks, AT_THREAD, BPF_ANY);
}

void part_delete_task(struct bpf_text *t, const struct cause_maps *maps)
{
	load_map_and_key(t, maps->tasks, AT_THREAD);
	bpf_call_helper(t, BPF_FUNC_map_delete_elem);
}

void part_find_figures(struct bpf_text *t, const struct cause_maps *maps, int none)
{
	bpf_store_number(t, BPF_W, BPF_REG_10, AT_INDEX, 0);
	part_find(t, maps->figures, AT_INDEX, none);
}

void part_load_signed(struct bpf_text *t, int to, int from, int offset)
{
	bpf_load(t, BPF_W, to, from, offset);
	bpf_number(t, BPF_LSH, to, 32);
	bpf_number(t, BPF_ARSH, to, 32);
}

void part_add_figure(struct bpf_text *t, const struct cause_maps *maps, int offset, int32_t amount,
		     int none)
{
	part_find_figures(t, maps, none);
	bpf_number(t, BPF_MOV, BPF_REG_1, amount);
	bpf_add_atomic(t, BPF_DW, BPF_REG_0, offset, BPF_REG_1);
}

void part_release(struct bpf_text *t, const struct cause_maps *maps)
{
	int has_arrived = bpf_label(t), is_waiter = bpf_label(t), end = bpf_label(t);
	int is_sleeper = bpf_label(t);

	bpf_load(t, BPF_DW, BPF_REG_1, R_TASK, TASK(flags));
	bpf_number(t, BPF_AND, BPF_REG_1, TASK_ARRIVES);
	bpf_jump_number(t, BPF_JEQ, BPF_REG_1, 0, has_arrived);
	part_add_figure(t, maps, FIGURE(arriving), -1, end);
	bpf_set_label(t, has_arrived);
	bpf_load(t, BPF_DW, R_PAGE, R_TASK, TASK(page));
	bpf_jump_number(t, BPF_JEQ, R_PAGE, 0, end);
	bpf_store(t, BPF_DW, BPF_REG_10, AT_PAGE, R_PAGE);
	part_find(t, maps->pages, AT_PAGE, end);
	bpf_register(t, BPF_MOV, R_RECORD, BPF_REG_0);
	bpf_load(t, BPF_DW, BPF_REG_2, R_TASK, TASK(flags));
	bpf_number(t, BPF_MOV, BPF_REG_1, -1);
	bpf_jump_number(t, BPF_JSET, BPF_REG_2, TASK_WAITS, is_waiter);
	bpf_add_atomic(t, BPF_W, R_RECORD, PAGE(lookers), BPF_REG_1);
	bpf_jump(t, end);
	bpf_set_label(t, is_waiter);
	bpf_add_atomic(t, BPF_W, R_RECORD, PAGE(waiters), BPF_REG_1);
	bpf_call_helper(t, BPF_FUNC_ktime_get_ns);
	bpf_store(t, BPF_DW, R_RECORD, PAGE(let_go_ns), BPF_REG_0);
	bpf_load(t, BPF_DW, BPF_REG_1, R_TASK, TASK(flags));
	bpf_jump_number(t, BPF_JSET, BPF_REG_1, TASK_SLEPT, is_sleeper);
	bpf_jump(t, end);
	bpf_set_label(t, is_sleeper);
	bpf_store(t, BPF_DW, R_RECORD, PAGE(sleeper_let_go_ns), BPF_REG_0);
	bpf_number(t, BPF_MOV, BPF_REG_1, -1);
	bpf_add_atomic(t, BPF_W, R_RECORD, PAGE(sleepers), BPF_REG_1);
	bpf_set_label(t, end);
}

void part_find_page(struct bpf_text *t, const struct cause_maps *maps, int none)
{
	int is_new = bpf_label(t), is_there = bpf_label(t);

	bpf_store(t, BPF_DW, BPF_REG_10, AT_PAGE, R_PAGE);
	part_find(t, maps->pages, AT_PAGE, is_new);
	bpf_jump(t, is_there);
	bpf_set_label(t, is_new);
	for (int i = 0; i < (int)sizeof(struct cause_page); i += 8)
		bpf_store_number(t, BPF_DW, BPF_REG_10, AT_VALUE + i, 0);
	put(t, maps->pages, AT_PAGE, BPF_NOEXIST); /* another CPU may have been faster */
	part_find(t, maps->pages, AT_PAGE, none);
	bpf_set_label(t, is_there);
	bpf_register(t, BPF_MOV, R_RECORD, BPF_REG_0);
}

/* With the uppermost bit and a small number behind it: a key that is no page's address. */
void part_make_place(struct bpf_text *t, int place, int scratch)
{
	bpf_number(t, BPF_MOV, scratch, 1);
	bpf_number(t, BPF_LSH, scratch, 63);
	bpf_register(t, BPF_OR, place, scratch);
}

void part_read_place(struct bpf_text *t, int none)
{
	bpf_register(t, BPF_MOV, BPF_REG_1, BPF_REG_10);
	bpf_number(t, BPF_ADD, BPF_REG_1, AT_VALUE);
	bpf_number(t, BPF_MOV, BPF_REG_2, 8);
	bpf_number(t, BPF_ADD, BPF_REG_3, VM_FAULT_PGOFF);
	bpf_call_helper(t, BPF_FUNC_probe_read);
	bpf_jump_number(t, BPF_JNE, BPF_REG_0, 0, none);
	bpf_load(t, BPF_DW, R_PAGE, BPF_REG_10, AT_VALUE);
	part_make_place(t, R_PAGE, BPF_REG_1);
}

#define FRAME_BITS 24

void part_make_frame(struct bpf_text *t)
{
	bpf_number(t, BPF_LSH, R_PAGE, 64 - FRAME_BITS);
	bpf_number(t, BPF_RSH, R_PAGE, 64 - FRAME_BITS);
	bpf_number(t, BPF_MOV, BPF_REG_1, 1);
	bpf_number(t, BPF_LSH, BPF_REG_1, 62);
	bpf_register(t, BPF_OR, R_PAGE, BPF_REG_1);
}

void part_keep_page(struct bpf_text *t)
{
	bpf_store(t, BPF_DW, BPF_REG_10, AT_KEPT, R_PAGE);
}

void part_take_page(struct bpf_text *t)
{
	bpf_load(t, BPF_DW, R_PAGE, BPF_REG_10, AT_KEPT);
}

void part_put_move(struct bpf_text *t, const struct cause_maps *maps, int end)
{
	part_store_thread(t);
	bpf_call_helper(t, BPF_FUNC_ktime_get_ns);
	bpf_store(t, BPF_DW, BPF_REG_10, AT_VALUE + (int)offsetof(struct cause_move, page), R_PAGE);
	bpf_store(t, BPF_DW, BPF_REG_10, AT_VALUE + (int)offsetof(struct cause_move, began_ns),
		  BPF_REG_0);
	put(t, maps->moves, AT_THREAD, BPF_ANY);
	bpf_store(t, BPF_DW, BPF_REG_10, AT_KEPT, R_PAGE);
	bpf_number(t, BPF_RSH, R_PAGE, STRUCT_PAGE_SHIFT);
	part_make_frame(t);
	bpf_store(t, BPF_DW, BPF_REG_10, AT_PAGE, R_PAGE);
	part_find(t, maps->pages, AT_PAGE, end);
	bpf_load(t, BPF_DW, BPF_REG_1, BPF_REG_10, AT_KEPT);
	bpf_store(t, BPF_DW, BPF_REG_0, PAGE(address), BPF_REG_1);
}

void part_add_to_batch(struct bpf_text *t, const struct cause_maps *maps, int none)
{
	int added = (int)offsetof(struct cause_cpu, added);

	bpf_call_helper(t, BPF_FUNC_get_smp_processor_id);
	bpf_store(t, BPF_W, BPF_REG_10, AT_INDEX, BPF_REG_0);
	part_find(t, maps->cpus, AT_INDEX, none);
	bpf_load(t, BPF_W, R_TASK, BPF_REG_0, added);
	bpf_number(t, BPF_ADD, R_TASK, 1);
	bpf_store(t, BPF_W, BPF_REG_0, added, R_TASK);
	part_find_page(t, maps, none);
	bpf_store(t, BPF_W, R_RECORD, PAGE(batch_number), R_TASK);
	bpf_load(t, BPF_W, BPF_REG_1, BPF_REG_10, AT_INDEX);
	bpf_number(t, BPF_ADD, BPF_REG_1, 1);
	bpf_store(t, BPF_W, R_RECORD, PAGE(batch_cpu), BPF_REG_1);
}

void part_drain(struct bpf_text *t, const struct cause_maps *maps, int none)
{
	bpf_store(t, BPF_W, BPF_REG_10, AT_INDEX, R_TASK);
	part_find(t, maps->cpus, AT_INDEX, none);
	bpf_load(t, BPF_W, BPF_REG_1, BPF_REG_0, (int)offsetof(struct cause_cpu, added));
	bpf_store(t, BPF_W, BPF_REG_0, (int)offsetof(struct cause_cpu, drained), BPF_REG_1);
}
