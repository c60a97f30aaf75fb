package engineapi

// parameterTable is what becomes of the parameters that are not just forwarded,
// and of all fields of JSON bodies. A test holds it, and the parameters and filter
// keys that the operations have, against testdata/parameters.tsv.
var parameterTable = []Parameters{
	{"ContainerList", InQuery, Answered, "limit", "counted after hidden containers are cut"},
	{"ContainerList", InQuery, Ignored, "before since", "engines take them from the filters only"},
	{"ContainerList", InFilter, Resolved, "ancestor before id since", ""},

	{"ContainerTop", InQuery, Answered, "ps_args", "with -ef, unless it is -ef, aux, -aux or ax: dockerd runs the ps of the host"},
	{"ContainerLogs", InQuery, Forwarded, "details", "unless a scrub option drops them"},
	{"ContainerStart", InQuery, Refused, "checkpoint checkpoint-dir", "it restores the container from a folder of the host"},
	{"ContainerStart", InQuery, Ignored, "detachKeys", "no engine reads it"},
	{"ContainerDelete", InQuery, Refused, "link", "it changes another container"},
	{"ImageCommit", InQuery, Resolved, "container", ""},

	{"ContainerExec", InBody, Forwarded, "AttachStderr AttachStdin AttachStdout Cmd ConsoleSize Detach DetachKeys Env Tty User WorkingDir", ""},
	{"ContainerExec", InBody, Refused, "Privileged", "it gives the process the host"},
	{"ContainerExec", InBody, Ignored, "Container", "docker-py sends it, no engine reads it"},
	{"ExecStart", InBody, Forwarded, "ConsoleSize Detach Tty", ""},
	{"ExecStart", InBody, Ignored, "AttachStderr AttachStdin AttachStdout Cmd DetachKeys Env Privileged User WorkingDir abortSignal hijack stdin", "clients repeat what they said before, or their own options; no engine reads it"},

	{"ContainerUpdate", InBody, Forwarded, "BlkioDeviceReadBps BlkioDeviceReadIOps BlkioDeviceWriteBps BlkioDeviceWriteIOps BlkioWeight BlkioWeightDevice", ""},
	{"ContainerUpdate", InBody, Forwarded, "CpuCount CpuPercent CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime CpuShares CpusetCpus CpusetMems IOMaximumBandwidth IOMaximumIOps", ""},
	{"ContainerUpdate", InBody, Forwarded, "KernelMemory KernelMemoryTCP Memory MemoryReservation MemorySwap MemorySwappiness NanoCpus OomKillDisable PidsLimit", ""},
	{"ContainerUpdate", InBody, Forwarded, "RestartPolicy RestartPolicy/MaximumRetryCount RestartPolicy/Name", ""},
	{"ContainerUpdate", InBody, Refused, "DeviceCgroupRules DeviceRequests Devices", "it names devices of the host"},
	{"ContainerUpdate", InBody, Refused, "CgroupParent", "it names a control group of the host"},
	{"ContainerUpdate", InBody, Refused, "Ulimits", "no engine changes them"},

	{"NetworkConnect", InBody, Resolved, "Container", ""},
	{"NetworkConnect", InBody, Forwarded, "EndpointConfig EndpointConfig/Aliases EndpointConfig/DriverOpts EndpointConfig/GwPriority EndpointConfig/MacAddress", ""},
	{"NetworkConnect", InBody, Forwarded, "EndpointConfig/IPAMConfig EndpointConfig/IPAMConfig/IPv4Address EndpointConfig/IPAMConfig/IPv6Address EndpointConfig/IPAMConfig/LinkLocalIPs", ""},
	{"NetworkConnect", InBody, Forwarded, "EndpointConfig/EndpointID EndpointConfig/Gateway EndpointConfig/GlobalIPv6Address EndpointConfig/GlobalIPv6PrefixLen EndpointConfig/IPAddress EndpointConfig/IPPrefixLen EndpointConfig/IPv6Gateway EndpointConfig/NetworkID", "dockerd sets them itself"},
	{"NetworkConnect", InBody, Resolved, "EndpointConfig/Links", ""},
	{"NetworkConnect", InBody, Ignored, "EndpointConfig/DNSNames", "dockerd sets it itself"},
	{"NetworkConnect", InBody, Ignored, "Force", "clients send one body for both; only NetworkDisconnect has it"},
	{"NetworkDisconnect", InBody, Resolved, "Container", ""},
	{"NetworkDisconnect", InBody, Forwarded, "Force", ""},
	{"NetworkDisconnect", InBody, Ignored, "EndpointConfig", "clients send one body for both; only NetworkConnect has it"},

	{"NetworkList", InFilter, Answered, "dangling", "all networks that are shown are in use, or predefined"},
	{"NetworkListSlash", InFilter, Answered, "dangling", "as NetworkList"},
	{"VolumeList", InFilter, Answered, "dangling", "all volumes that are shown are in use"},
	{"ImageList", InQuery, Refused, "filter", "the filter reference has taken its place"},
	{"ImageList", InFilter, Resolved, "before since", ""},
	{"ImageList", InFilter, Answered, "dangling", "by the names that the client may see"},

	{"TaskList", InFilter, Resolved, "service", ""},
}
