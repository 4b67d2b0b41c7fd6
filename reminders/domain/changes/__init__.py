"""What happened to visits since their patients last knew of them: noted by whoever changes one."""
