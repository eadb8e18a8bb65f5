# SPDX-License-Identifier: GPL-2.0-or-later
topology_OBJS := block.o judge.o json.o names.o node.o read.o
topology_TESTS := test_topology.o test_fake_tree.o test_faults.o test_json.o test_names.o \
	test_read.o
topology_TEST_ROOMS := base topology
topology_TEST_OBJS := $(base_TEST_TREE)
topology_TEST_LIBS := JSON
