package engineapi

// answerLines name the answer of each operation: a type of the table below, or
// a list of it.
const answerLines = `
SystemVersion system.VersionResponse
SystemAuth registry.AuthResponse
SystemInfo system.Info
SystemEvents events.Message
SystemDataUsage system.DiskUsage
ContainerList []container.Summary
ContainerInspect container.InspectResponse
ContainerTop container.TopResponse
ContainerStats container.StatsResponse
ContainerChanges []container.FilesystemChange
ContainerWait container.WaitResponse
ContainerUpdate container.UpdateResponse
ContainerExec common.IDResponse
ExecInspect container.ExecInspectResponse
ImageCommit common.IDResponse
ImageList []image.Summary
ImageInspect image.InspectResponse
ImageHistory []image.HistoryResponseItem
ImageAttestations []image.AttestationStatement
ImageSearch []registry.SearchResult
DistributionInspect registry.DistributionInspect
NetworkList []network.Summary
NetworkListSlash []network.Summary
NetworkInspect network.Inspect
VolumeList volume.ListResponse
VolumeInspect volume.Volume
VolumeCreate volume.Volume
ServiceList []swarm.Service
ServiceInspect swarm.Service
TaskList []swarm.Task
TaskInspect swarm.Task
NodeList []swarm.Node
NodeInspect swarm.Node
PluginList []plugin.Plugin
PluginInspect plugin.Plugin
PluginInspectOld plugin.Plugin
GetPluginPrivileges []plugin.Privilege
SwarmInspect swarm.Swarm
SecretList []swarm.Secret
SecretInspect swarm.Secret
ConfigList []swarm.Config
ConfigInspect swarm.Config
`

// fieldLines is the table of fields. A line at the margin begins a type, under
// the name of moby's Go type, and says what becomes of a field that has no line
// here: a type of a container is "open", one of an object that containers share
// is "closed", and one that stands in both "inherits". Then comes a line for
// each field: its name, its verdict, what it holds if that is no scalar, the
// kinds for the scrub options, and "old" where moby's types have it no more.
const fieldLines = `
system.VersionResponse closed
	Platform kept system.PlatformInfo
	Version kept
	ApiVersion kept
	MinAPIVersion kept
	Os kept
	Arch kept
	Components kept []system.ComponentVersion
	GitCommit kept
	GoVersion kept
	KernelVersion kept
	Experimental kept
	BuildTime kept

system.PlatformInfo closed
	Name kept

system.ComponentVersion closed
	Name kept
	Version kept
	Details kept {}

registry.AuthResponse closed
	IdentityToken kept
	Status kept

system.Info closed
	ID kept
	Containers cut
	ContainersRunning cut
	ContainersPaused cut
	ContainersStopped cut
	Images cut
	Driver kept
	DriverStatus cut [][] hostPath
	SystemStatus omitted [][]
	Plugins kept system.PluginsInfo
	MemoryLimit kept
	SwapLimit kept
	CpuCfsPeriod kept
	CpuCfsQuota kept
	CPUShares kept
	CPUSet kept
	PidsLimit kept
	IPv4Forwarding kept
	Debug kept
	NFd dropped
	OomKillDisable kept
	NGoroutines dropped
	SystemTime kept
	LoggingDriver kept
	CgroupDriver kept
	CgroupVersion kept
	NEventsListener dropped
	KernelVersion kept
	OperatingSystem kept
	OSVersion kept
	OSType kept
	Architecture kept
	IndexServerAddress kept
	RegistryConfig kept registry.ServiceConfig
	NCPU kept
	MemTotal kept
	GenericResources kept []swarm.GenericResource
	DockerRootDir kept hostPath
	HttpProxy kept
	HttpsProxy kept
	NoProxy kept
	Name kept
	Labels kept [] labels
	ExperimentalBuild kept
	ServerVersion kept
	Runtimes kept {}system.RuntimeWithStatus
	DefaultRuntime kept
	Swarm kept swarm.Info
	LiveRestoreEnabled kept
	Isolation kept
	InitBinary kept hostPath
	ContainerdCommit kept system.Commit
	RuncCommit kept system.Commit
	InitCommit kept system.Commit
	SecurityOptions kept [] hostPath
	ProductLicense kept
	DefaultAddressPools kept []system.NetworkAddressPool
	FirewallBackend kept system.FirewallInfo
	CDISpecDirs kept [] hostPath
	DiscoveredDevices kept []system.DeviceInfo
	NRI kept system.NRIInfo
	Containerd kept system.ContainerdInfo
	Warnings kept []
	BridgeNfIptables kept old
	BridgeNfIp6tables kept old
	KernelMemory kept old
	KernelMemoryTCP kept old
	OomScoreAdj kept old
	ClusterStore kept old
	ClusterAdvertise kept old
	DiscoveryBackend kept old
	InitPath kept hostPath old
	InitSha1 kept old

system.PluginsInfo closed
	Volume kept []
	Network kept []
	Authorization kept []
	Log kept []

registry.ServiceConfig closed
	InsecureRegistryCIDRs kept []
	IndexConfigs kept {}registry.IndexInfo
	Mirrors kept []
	AllowNondistributableArtifactsCIDRs kept [] old
	AllowNondistributableArtifactsHostnames kept [] old

registry.IndexInfo closed
	Name kept
	Mirrors kept []
	Secure kept
	Official kept

swarm.GenericResource closed
	NamedResourceSpec kept swarm.NamedGenericResource
	DiscreteResourceSpec kept swarm.DiscreteGenericResource

swarm.NamedGenericResource closed
	Kind kept
	Value kept

swarm.DiscreteGenericResource closed
	Kind kept
	Value kept

system.RuntimeWithStatus closed
	path kept hostPath
	runtimeArgs kept [] hostPath
	runtimeType kept
	options kept {}any hostPath
	status kept {}

swarm.Info closed
	NodeID kept
	NodeAddr kept
	LocalNodeState kept
	ControlAvailable kept
	Error kept hostPath
	RemoteManagers kept []swarm.Peer
	Nodes kept
	Managers kept
	Cluster kept swarm.ClusterInfo
	Warnings kept []

swarm.Peer closed
	NodeID kept
	Addr kept

swarm.ClusterInfo closed
	ID kept
	Version kept swarm.Version
	CreatedAt kept
	UpdatedAt kept
	Spec kept swarm.Spec
	TLSInfo kept swarm.TLSInfo
	RootRotationInProgress kept
	DefaultAddrPool kept []
	SubnetSize kept
	DataPathPort kept

swarm.Version closed
	Index kept

swarm.Spec closed
	Name kept
	Labels kept {} labels
	Orchestration kept swarm.OrchestrationConfig
	Raft kept swarm.RaftConfig
	Dispatcher kept swarm.DispatcherConfig
	CAConfig kept swarm.CAConfig
	TaskDefaults kept swarm.TaskDefaults
	EncryptionConfig kept swarm.EncryptionConfig

swarm.OrchestrationConfig closed
	TaskHistoryRetentionLimit kept

swarm.RaftConfig closed
	SnapshotInterval kept
	KeepOldSnapshots kept
	LogEntriesForSlowFollowers kept
	ElectionTick kept
	HeartbeatTick kept

swarm.DispatcherConfig closed
	HeartbeatPeriod kept

swarm.CAConfig closed
	NodeCertExpiry kept
	ExternalCAs kept []swarm.ExternalCA
	SigningCACert kept
	SigningCAKey kept
	ForceRotate kept

swarm.ExternalCA closed
	Protocol kept
	URL kept
	Options kept {}
	CACert kept

swarm.TaskDefaults closed
	LogDriver kept swarm.Driver

swarm.Driver closed
	Name kept
	Options kept {} hostPath

swarm.EncryptionConfig closed
	AutoLockManagers kept

swarm.TLSInfo closed
	TrustRoot kept
	CertIssuerSubject kept
	CertIssuerPublicKey kept

system.Commit closed
	ID kept
	Expected kept old

system.NetworkAddressPool closed
	Base kept
	Size kept

system.FirewallInfo closed
	Driver kept
	Info kept [][]

system.DeviceInfo closed
	Source kept
	ID kept

system.NRIInfo closed
	Info kept [][] hostPath

system.ContainerdInfo closed
	Address kept hostPath
	Namespaces kept system.ContainerdNamespaces

system.ContainerdNamespaces closed
	Containers kept
	Plugins kept

events.Message closed
	Type kept
	Action kept eventAction
	Actor kept events.Actor
	scope kept
	time kept
	timeNano kept
	status kept eventAction old
	id kept old
	from kept old

events.Actor closed
	ID kept
	Attributes kept {} eventAttributes

system.DiskUsage closed
	ImageUsage cut image.DiskUsage
	ContainerUsage cut container.DiskUsage
	VolumeUsage cut volume.DiskUsage
	BuildCacheUsage dropped build.DiskUsage
	LayersSize dropped old
	Images cut []image.Summary old
	Containers cut []container.Summary old
	Volumes cut []volume.Volume old
	BuildCache dropped []build.CacheRecord old
	BuilderSize dropped old

image.DiskUsage closed
	ActiveCount cut
	Items cut []image.Summary
	Reclaimable omitted
	TotalCount cut
	TotalSize omitted

image.Summary closed
	Containers cut
	Created kept
	Id kept
	Labels kept {} labels
	ParentId cut
	Descriptor kept v1.Descriptor
	Manifests cut []image.ManifestSummary
	RepoDigests cut []
	RepoTags cut []
	SharedSize cut
	Size kept
	VirtualSize kept old

v1.Descriptor closed
	mediaType kept
	digest kept
	size kept
	urls kept []
	annotations omitted {}
	data kept
	platform kept v1.Platform
	artifactType kept

v1.Platform closed
	architecture kept
	os kept
	os.version kept
	os.features kept []
	variant kept

image.ManifestSummary closed
	ID kept
	Descriptor kept v1.Descriptor
	Available cut
	Size cut image.ManifestSummary.Size
	Kind kept
	ImageData kept image.ImageProperties
	AttestationData kept image.AttestationProperties

image.ManifestSummary.Size closed
	Content kept
	Total kept

image.ImageProperties closed
	Platform kept v1.Platform
	Identity omitted image.Identity
	Size cut image.ImageProperties.Size
	Containers cut []

image.Identity closed
	Signature kept []image.SignatureIdentity
	Pull kept []image.PullIdentity
	Build kept []image.BuildIdentity

image.SignatureIdentity closed
	Name kept
	Timestamps kept []image.SignatureTimestamp
	KnownSigner kept
	DockerReference kept
	Signer kept image.SignerIdentity
	SignatureType kept
	Error kept
	Warnings kept []

image.SignatureTimestamp closed
	Type kept
	URI kept
	Timestamp kept

image.SignerIdentity closed
	CertificateIssuer kept
	SubjectAlternativeName kept
	Issuer kept
	BuildSignerURI kept
	BuildSignerDigest kept
	RunnerEnvironment kept
	SourceRepositoryURI kept
	SourceRepositoryDigest kept
	SourceRepositoryRef kept
	SourceRepositoryIdentifier kept
	SourceRepositoryOwnerURI kept
	SourceRepositoryOwnerIdentifier kept
	BuildConfigURI kept
	BuildConfigDigest kept
	BuildTrigger kept
	RunInvocationURI kept
	SourceRepositoryVisibilityAtSigning kept

image.PullIdentity closed
	Repository kept

image.BuildIdentity closed
	Ref kept
	CreatedAt kept

image.ImageProperties.Size closed
	Unpacked kept

image.AttestationProperties closed
	For kept

container.DiskUsage closed
	ActiveCount cut
	Items cut []container.Summary
	Reclaimable cut
	TotalCount cut
	TotalSize cut

container.Summary open
	Id kept
	Names cut []
	Image kept
	ImageID kept
	ImageManifestDescriptor cut v1.Descriptor
	Command kept command
	Created kept
	Ports cut []container.PortSummary
	SizeRw kept
	SizeRootFs kept
	Labels kept {} labels
	State kept
	Status kept
	HostConfig kept container.Summary.HostConfig
	Health kept container.HealthSummary
	NetworkSettings cut container.NetworkSettingsSummary
	Mounts cut []container.MountPoint

container.PortSummary open
	IP kept
	PrivatePort kept
	PublicPort kept
	Type kept

container.Summary.HostConfig open
	NetworkMode cut
	Annotations kept {}

container.HealthSummary open
	Status kept
	FailingStreak kept

container.NetworkSettingsSummary open
	Networks kept {}network.EndpointSettings

network.EndpointSettings open
	IPAMConfig kept network.EndpointIPAMConfig
	Links cut []
	Aliases kept []
	DriverOpts kept {}
	GwPriority kept
	NetworkID kept
	EndpointID kept
	Gateway kept
	IPAddress kept
	MacAddress kept
	IPPrefixLen kept
	IPv6Gateway kept
	GlobalIPv6Address kept
	GlobalIPv6PrefixLen kept
	DNSNames kept []

network.EndpointIPAMConfig open
	IPv4Address kept
	IPv6Address kept
	LinkLocalIPs kept []

container.MountPoint open
	Type kept
	Name kept
	Source kept hostPath
	Destination kept
	Driver kept
	Mode kept
	RW kept
	Propagation kept

volume.DiskUsage closed
	ActiveCount cut
	Items cut []volume.Volume
	Reclaimable cut
	TotalCount cut
	TotalSize cut

volume.Volume closed
	ClusterVolume kept volume.ClusterVolume
	CreatedAt kept
	Driver kept
	Labels kept {} labels
	Mountpoint kept hostPath
	Name kept
	Options kept {} hostPath
	Scope kept
	Status omitted {}any hostPath
	UsageData cut volume.UsageData

volume.ClusterVolume closed
	ID kept
	Version dropped swarm.Version
	CreatedAt kept
	UpdatedAt dropped
	Spec kept volume.ClusterVolumeSpec
	PublishStatus omitted []volume.PublishStatus
	Info kept volume.Info

volume.ClusterVolumeSpec closed
	Group kept
	AccessMode kept volume.AccessMode
	AccessibilityRequirements kept volume.TopologyRequirement
	CapacityRange kept volume.CapacityRange
	Secrets kept []volume.Secret
	Availability kept

volume.AccessMode closed
	Scope kept
	Sharing kept
	MountVolume kept volume.TypeMount
	BlockVolume kept volume.TypeBlock

volume.TypeMount closed
	FsType kept
	MountFlags kept []

volume.TypeBlock closed

volume.TopologyRequirement closed
	Requisite kept []volume.Topology
	Preferred kept []volume.Topology

volume.Topology closed
	Segments kept {}

volume.CapacityRange closed
	RequiredBytes kept
	LimitBytes kept

volume.Secret closed
	Key kept
	Secret kept

volume.PublishStatus closed
	NodeID kept
	State kept
	PublishContext kept {}

volume.Info closed
	CapacityBytes kept
	VolumeContext kept {}
	VolumeID kept
	AccessibleTopology kept []volume.Topology

volume.UsageData closed
	RefCount kept
	Size kept

build.DiskUsage closed
	ActiveCount kept
	Items kept []build.CacheRecord
	Reclaimable kept
	TotalCount kept
	TotalSize kept

build.CacheRecord closed
	ID kept
	Parents kept []
	Type kept
	Description kept command environmentText
	InUse kept
	Shared kept
	Size kept
	CreatedAt kept
	LastUsedAt kept
	UsageCount kept
	Parent kept old

container.InspectResponse open
	Id kept
	Created kept
	Path kept command
	Args kept [] command
	State kept container.State
	Image kept
	ResolvConfPath cut hostPath
	HostnamePath cut hostPath
	HostsPath cut hostPath
	LogPath cut hostPath
	Name kept
	RestartCount kept
	Driver kept
	Platform kept
	MountLabel cut
	ProcessLabel cut
	AppArmorProfile kept
	ExecIDs kept []
	HostConfig kept container.HostConfig
	GraphDriver kept storage.DriverData
	Storage kept storage.Storage
	SizeRw kept
	SizeRootFs kept
	Mounts cut []container.MountPoint
	Config cut container.Config
	NetworkSettings cut container.NetworkSettings
	ImageManifestDescriptor cut v1.Descriptor

container.State open
	Status kept
	Running kept
	Paused kept
	Restarting kept
	OOMKilled kept
	Dead kept
	Pid kept
	ExitCode kept
	Error cut command hostPath
	StartedAt kept
	FinishedAt kept
	Health kept container.Health

container.Health open
	Status kept
	FailingStreak kept
	Log kept []container.HealthcheckResult

container.HealthcheckResult open
	Start kept
	End kept
	ExitCode kept
	Output kept command

container.HostConfig open
	Binds cut [] hostPath
	ContainerIDFile cut hostPath
	LogConfig kept container.LogConfig
	NetworkMode cut
	PortBindings cut {}[]network.PortBinding
	RestartPolicy kept container.RestartPolicy
	AutoRemove kept
	VolumeDriver kept
	VolumesFrom cut []
	ConsoleSize kept []
	Annotations kept {}
	CapAdd kept []
	CapDrop kept []
	CgroupnsMode cut
	Dns kept []
	DnsOptions kept []
	DnsSearch kept []
	ExtraHosts kept []
	GroupAdd kept []
	IpcMode cut
	Cgroup cut
	Links cut []
	OomScoreAdj kept
	PidMode cut
	Privileged kept
	PublishAllPorts kept
	ReadonlyRootfs kept
	SecurityOpt cut []
	StorageOpt kept {}
	Tmpfs kept {}
	UTSMode cut
	UsernsMode cut
	ShmSize kept
	Sysctls kept {}
	Runtime kept
	Umask kept
	Isolation kept
	CpuShares kept
	Memory kept
	NanoCpus kept
	CgroupParent cut
	BlkioWeight kept
	BlkioWeightDevice kept []blkiodev.WeightDevice
	BlkioDeviceReadBps kept []blkiodev.ThrottleDevice
	BlkioDeviceWriteBps kept []blkiodev.ThrottleDevice
	BlkioDeviceReadIOps kept []blkiodev.ThrottleDevice
	BlkioDeviceWriteIOps kept []blkiodev.ThrottleDevice
	CpuPeriod kept
	CpuQuota kept
	CpuRealtimePeriod kept
	CpuRealtimeRuntime kept
	CpusetCpus kept
	CpusetMems kept
	Devices kept []container.DeviceMapping
	DeviceCgroupRules kept []
	DeviceRequests kept []container.DeviceRequest
	MemoryReservation kept
	MemorySwap kept
	MemorySwappiness kept
	OomKillDisable kept
	PidsLimit kept
	Ulimits kept []units.Ulimit
	CpuCount kept
	CpuPercent kept
	IOMaximumIOps kept
	IOMaximumBandwidth kept
	Mounts cut []mount.Mount
	MaskedPaths kept []
	ReadonlyPaths kept []
	Init kept

container.LogConfig open
	Type kept
	Config kept {} hostPath

network.PortBinding open
	HostIp kept
	HostPort kept

container.RestartPolicy open
	Name kept
	MaximumRetryCount kept

blkiodev.WeightDevice open
	Path kept hostPath
	Weight kept

blkiodev.ThrottleDevice open
	Path kept hostPath
	Rate kept

container.DeviceMapping open
	PathOnHost kept hostPath
	PathInContainer kept
	CgroupPermissions kept

container.DeviceRequest open
	Driver kept
	Count kept
	DeviceIDs kept []
	Capabilities kept [][]
	Options kept {}

units.Ulimit inherits
	Name kept
	Hard kept
	Soft kept

mount.Mount inherits
	Type kept
	Source kept hostPath
	Target kept
	ReadOnly kept
	Consistency kept
	BindOptions kept mount.BindOptions
	VolumeOptions kept mount.VolumeOptions
	ImageOptions kept mount.ImageOptions
	TmpfsOptions kept mount.TmpfsOptions
	ClusterOptions kept mount.ClusterOptions

mount.BindOptions inherits
	Propagation kept
	NonRecursive kept
	CreateMountpoint kept
	ReadOnlyNonRecursive kept
	ReadOnlyForceRecursive kept

mount.VolumeOptions inherits
	NoCopy kept
	Labels kept {} labels
	Subpath kept
	DriverConfig kept mount.Driver

mount.Driver inherits
	Name kept
	Options kept {} hostPath

mount.ImageOptions inherits
	Subpath kept

mount.TmpfsOptions inherits
	SizeBytes kept
	Mode kept
	Options kept [][]

mount.ClusterOptions inherits

storage.DriverData inherits
	Data kept {} hostPath
	Name kept

storage.Storage inherits
	RootFS kept storage.RootFSStorage

storage.RootFSStorage inherits
	Snapshot kept storage.RootFSStorageSnapshot

storage.RootFSStorageSnapshot inherits
	Name kept

container.Config open
	Hostname cut
	Domainname cut
	User kept
	AttachStdin kept
	AttachStdout kept
	AttachStderr kept
	ExposedPorts kept {}
	Tty kept
	OpenStdin kept
	StdinOnce kept
	Env kept [] environment
	Cmd kept [] command
	Healthcheck kept v1.HealthcheckConfig
	ArgsEscaped kept
	Image kept
	Volumes kept {}
	WorkingDir kept
	Entrypoint kept [] command
	NetworkDisabled kept
	OnBuild kept [] command environmentText
	Labels kept {} labels
	StopSignal kept
	StopTimeout kept
	Shell kept [] command

v1.HealthcheckConfig inherits
	Test kept [] command
	Interval kept
	Timeout kept
	StartPeriod kept
	StartInterval kept
	Retries kept

container.NetworkSettings open
	SandboxID kept
	SandboxKey kept hostPath
	Ports kept {}[]network.PortBinding
	Networks kept {}network.EndpointSettings

container.TopResponse open
	Processes kept [][] processes
	Titles kept []

container.StatsResponse open
	id kept
	name kept
	os_type kept
	read kept
	cpu_stats kept container.CPUStats
	memory_stats kept container.MemoryStats
	networks cut {}container.NetworkStats
	pids_stats kept container.PidsStats
	blkio_stats kept container.BlkioStats
	num_procs kept
	storage_stats kept container.StorageStats
	preread kept
	precpu_stats kept container.CPUStats

container.CPUStats open
	cpu_usage kept container.CPUUsage
	system_cpu_usage kept
	online_cpus kept
	throttling_data kept container.ThrottlingData

container.CPUUsage open
	total_usage kept
	percpu_usage kept []
	usage_in_kernelmode kept
	usage_in_usermode kept

container.ThrottlingData open
	periods kept
	throttled_periods kept
	throttled_time kept

container.MemoryStats open
	usage kept
	max_usage kept
	stats kept {}
	failcnt kept
	limit kept
	commitbytes kept
	commitpeakbytes kept
	privateworkingset kept

container.NetworkStats open
	rx_bytes kept
	rx_packets kept
	rx_errors kept
	rx_dropped kept
	tx_bytes kept
	tx_packets kept
	tx_errors kept
	tx_dropped kept
	endpoint_id kept
	instance_id kept

container.PidsStats open
	current kept
	limit kept

container.BlkioStats open
	io_service_bytes_recursive kept []container.BlkioStatEntry
	io_serviced_recursive kept []container.BlkioStatEntry
	io_queue_recursive kept []container.BlkioStatEntry
	io_service_time_recursive kept []container.BlkioStatEntry
	io_wait_time_recursive kept []container.BlkioStatEntry
	io_merged_recursive kept []container.BlkioStatEntry
	io_time_recursive kept []container.BlkioStatEntry
	sectors_recursive kept []container.BlkioStatEntry

container.BlkioStatEntry open
	major kept
	minor kept
	op kept
	value kept

container.StorageStats open
	read_count_normalized kept
	read_size_bytes kept
	write_count_normalized kept
	write_size_bytes kept

container.FilesystemChange open
	Kind kept
	Path kept

container.WaitResponse open
	Error kept container.WaitExitError
	StatusCode kept

container.WaitExitError open
	Message cut command hostPath

container.UpdateResponse open
	Warnings kept []

common.IDResponse open
	Id kept

container.ExecInspectResponse open
	ID kept
	Running kept
	ExitCode kept
	ProcessConfig kept container.ExecProcessConfig
	OpenStdin kept
	OpenStderr kept
	OpenStdout kept
	CanRemove kept
	ContainerID kept
	DetachKeys kept
	Pid kept

container.ExecProcessConfig open
	tty kept
	entrypoint kept command
	arguments kept [] command
	privileged kept
	user kept

image.InspectResponse closed
	Id kept
	RepoTags cut []
	RepoDigests cut []
	Comment kept command environmentText
	Created kept
	Author kept
	Config kept v1.DockerOCIImageConfig
	Architecture kept
	Variant kept
	Os kept
	OsVersion kept
	Size kept
	GraphDriver kept storage.DriverData
	RootFS kept image.RootFS
	Metadata kept image.Metadata
	Descriptor kept v1.Descriptor
	Manifests cut []image.ManifestSummary
	Identity omitted image.Identity
	Parent cut old
	Container dropped old
	ContainerConfig dropped image.ContainerConfig old
	DockerVersion kept old
	VirtualSize kept old

image.ContainerConfig closed
	Hostname dropped old
	Domainname dropped old
	User kept old
	AttachStdin kept old
	AttachStdout kept old
	AttachStderr kept old
	ExposedPorts kept {} old
	Tty kept old
	OpenStdin kept old
	StdinOnce kept old
	Env kept [] environment old
	Cmd kept [] command environmentText old
	Healthcheck kept v1.HealthcheckConfig old
	ArgsEscaped kept old
	Image dropped old
	Volumes kept {} old
	WorkingDir kept old
	Entrypoint kept [] command old
	NetworkDisabled kept old
	MacAddress dropped old
	OnBuild kept [] command environmentText old
	Labels kept {} labels old
	StopSignal kept old
	StopTimeout kept old
	Shell kept [] command old

v1.DockerOCIImageConfig closed
	User kept
	ExposedPorts kept {}
	Env kept [] environment
	Entrypoint kept [] command
	Cmd kept [] command
	Volumes kept {}
	WorkingDir kept
	Labels kept {} labels
	StopSignal kept
	ArgsEscaped kept
	Healthcheck kept v1.HealthcheckConfig
	OnBuild kept [] command environmentText
	Shell kept [] command
	Hostname dropped old
	Domainname dropped old
	AttachStdin kept old
	AttachStdout kept old
	AttachStderr kept old
	Tty kept old
	OpenStdin kept old
	StdinOnce kept old
	Image dropped old
	NetworkDisabled kept old
	MacAddress dropped old
	StopTimeout kept old

image.RootFS closed
	Type kept
	Layers kept []

image.Metadata closed
	LastTagTime dropped

image.HistoryResponseItem closed
	Comment kept command environmentText
	Created kept
	CreatedBy kept command environmentText
	Id kept
	Size kept
	Tags cut []

image.AttestationStatement closed
	Descriptor kept v1.Descriptor
	PredicateType kept
	Statement kept any command environmentText hostPath

registry.SearchResult closed
	star_count kept
	is_official kept
	name kept
	is_automated kept
	description kept

registry.DistributionInspect closed
	Descriptor kept v1.Descriptor
	Platforms kept []v1.Platform

network.Summary closed
	Name kept
	Id kept
	Created kept
	Scope kept
	Driver kept
	EnableIPv4 kept
	EnableIPv6 kept
	IPAM kept network.IPAM
	Internal kept
	Attachable kept
	Ingress kept
	ConfigFrom kept network.ConfigReference
	ConfigOnly kept
	Options kept {}
	Labels kept {} labels
	Peers omitted []network.PeerInfo
	Containers cut {}network.EndpointResource old

network.IPAM closed
	Driver kept
	Options kept {}
	Config kept []network.IPAMConfig

network.IPAMConfig closed
	Subnet kept
	IPRange kept
	Gateway kept
	AuxiliaryAddresses kept {}

network.ConfigReference closed
	Network kept

network.PeerInfo closed
	Name kept
	IP kept

network.Inspect closed
	Name kept
	Id kept
	Created kept
	Scope kept
	Driver kept
	EnableIPv4 kept
	EnableIPv6 kept
	IPAM kept network.IPAM
	Internal kept
	Attachable kept
	Ingress kept
	ConfigFrom kept network.ConfigReference
	ConfigOnly kept
	Options kept {}
	Labels kept {} labels
	Peers omitted []network.PeerInfo
	Containers cut {}network.EndpointResource
	Services omitted {}network.ServiceInfo
	Status kept network.Status

network.EndpointResource closed
	Name kept
	EndpointID kept
	MacAddress kept
	IPv4Address kept
	IPv6Address kept

network.ServiceInfo closed
	VIP kept
	Ports kept []
	LocalLBIndex kept
	Tasks kept []network.Task

network.Task closed
	Name kept
	EndpointID kept
	EndpointIP kept
	Info kept {}

network.Status closed
	IPAM kept network.IPAMStatus

network.IPAMStatus closed
	Subnets omitted {}network.SubnetStatus

network.SubnetStatus closed
	IPsInUse kept
	DynamicIPsAvailable kept

volume.ListResponse closed
	Volumes kept []volume.Volume
	Warnings kept [] hostPath

swarm.Service closed
	ID kept
	Version kept swarm.Version
	CreatedAt kept
	UpdatedAt kept
	Spec kept swarm.ServiceSpec
	PreviousSpec kept swarm.ServiceSpec
	Endpoint kept swarm.Endpoint
	UpdateStatus kept swarm.UpdateStatus
	ServiceStatus kept swarm.ServiceStatus
	JobStatus kept swarm.JobStatus

swarm.ServiceSpec closed
	Name kept
	Labels kept {} labels
	TaskTemplate kept swarm.TaskSpec
	Mode kept swarm.ServiceMode
	UpdateConfig kept swarm.UpdateConfig
	RollbackConfig kept swarm.UpdateConfig
	EndpointSpec kept swarm.EndpointSpec
	Networks kept []swarm.NetworkAttachmentConfig old

swarm.TaskSpec closed
	ContainerSpec kept swarm.ContainerSpec
	PluginSpec kept swarm.RuntimeSpec
	NetworkAttachmentSpec kept swarm.NetworkAttachmentSpec
	Resources kept swarm.ResourceRequirements
	RestartPolicy kept swarm.RestartPolicy
	Placement kept swarm.Placement
	Networks kept []swarm.NetworkAttachmentConfig
	LogDriver kept swarm.Driver
	ForceUpdate kept
	Runtime kept

swarm.ContainerSpec closed
	Image kept
	Labels kept {} labels
	Command kept [] command
	Args kept [] command
	Hostname kept
	Env kept [] environment
	Dir kept
	User kept
	Groups kept []
	Privileges kept swarm.Privileges
	Init kept
	StopSignal kept
	TTY kept
	OpenStdin kept
	ReadOnly kept
	Mounts kept []mount.Mount
	StopGracePeriod kept
	Healthcheck kept v1.HealthcheckConfig
	Hosts kept []
	DNSConfig kept swarm.DNSConfig
	Secrets kept []swarm.SecretReference
	Configs kept []swarm.ConfigReference
	Isolation kept
	Sysctls kept {}
	CapabilityAdd kept []
	CapabilityDrop kept []
	Ulimits kept []units.Ulimit
	OomScoreAdj kept

swarm.Privileges closed
	CredentialSpec kept swarm.CredentialSpec
	SELinuxContext kept swarm.SELinuxContext
	Seccomp kept swarm.SeccompOpts
	AppArmor kept swarm.AppArmorOpts
	NoNewPrivileges kept

swarm.CredentialSpec closed
	Config kept
	File kept
	Registry kept

swarm.SELinuxContext closed
	Disable kept
	User kept
	Role kept
	Type kept
	Level kept

swarm.SeccompOpts closed
	Mode kept
	Profile kept

swarm.AppArmorOpts closed
	Mode kept

swarm.DNSConfig closed
	Nameservers kept []
	Search kept []
	Options kept []

swarm.SecretReference closed
	File kept swarm.SecretReferenceFileTarget
	SecretID kept
	SecretName kept

swarm.SecretReferenceFileTarget closed
	Name kept
	UID kept
	GID kept
	Mode kept

swarm.ConfigReference closed
	File kept swarm.ConfigReferenceFileTarget
	Runtime kept swarm.ConfigReferenceRuntimeTarget
	ConfigID kept
	ConfigName kept

swarm.ConfigReferenceFileTarget closed
	Name kept
	UID kept
	GID kept
	Mode kept

swarm.ConfigReferenceRuntimeTarget closed

swarm.RuntimeSpec closed
	name kept
	remote kept
	privileges kept []swarm.RuntimePrivilege
	disabled kept
	env kept [] environment

swarm.RuntimePrivilege closed
	name kept
	description kept
	value kept [] hostPath

swarm.NetworkAttachmentSpec closed
	ContainerID kept

swarm.ResourceRequirements closed
	Limits kept swarm.Limit
	Reservations kept swarm.Resources
	SwapBytes kept
	MemorySwappiness kept

swarm.Limit closed
	NanoCPUs kept
	MemoryBytes kept
	Pids kept

swarm.Resources closed
	NanoCPUs kept
	MemoryBytes kept
	GenericResources kept []swarm.GenericResource

swarm.RestartPolicy closed
	Condition kept
	Delay kept
	MaxAttempts kept
	Window kept

swarm.Placement closed
	Constraints kept []
	Preferences kept []swarm.PlacementPreference
	MaxReplicas kept
	Platforms kept []swarm.Platform

swarm.PlacementPreference closed
	Spread kept swarm.SpreadOver

swarm.SpreadOver closed
	SpreadDescriptor kept

swarm.Platform closed
	Architecture kept
	OS kept

swarm.NetworkAttachmentConfig closed
	Target kept
	Aliases kept []
	DriverOpts kept {}

swarm.ServiceMode closed
	Replicated kept swarm.ReplicatedService
	Global kept swarm.GlobalService
	ReplicatedJob kept swarm.ReplicatedJob
	GlobalJob kept swarm.GlobalJob

swarm.ReplicatedService closed
	Replicas kept

swarm.GlobalService closed

swarm.ReplicatedJob closed
	MaxConcurrent kept
	TotalCompletions kept

swarm.GlobalJob closed

swarm.UpdateConfig closed
	Parallelism kept
	Delay kept
	FailureAction kept
	Monitor kept
	MaxFailureRatio kept
	Order kept

swarm.EndpointSpec closed
	Mode kept
	Ports kept []swarm.PortConfig

swarm.PortConfig closed
	Name kept
	Protocol kept
	TargetPort kept
	PublishedPort kept
	PublishMode kept

swarm.Endpoint closed
	Spec kept swarm.EndpointSpec
	Ports kept []swarm.PortConfig
	VirtualIPs kept []swarm.EndpointVirtualIP

swarm.EndpointVirtualIP closed
	NetworkID kept
	Addr kept

swarm.UpdateStatus closed
	State kept
	StartedAt kept
	CompletedAt kept
	Message kept

swarm.ServiceStatus closed
	RunningTasks kept
	DesiredTasks kept
	CompletedTasks kept

swarm.JobStatus closed
	JobIteration kept swarm.Version
	LastExecution kept

swarm.Task closed
	ID kept
	Version kept swarm.Version
	CreatedAt kept
	UpdatedAt kept
	Name kept
	Labels kept {} labels
	Spec kept swarm.TaskSpec
	ServiceID kept
	Slot kept
	NodeID kept
	Status kept swarm.TaskStatus
	DesiredState kept
	NetworksAttachments kept []swarm.NetworkAttachment
	GenericResources kept []swarm.GenericResource
	JobIteration kept swarm.Version
	Volumes kept []swarm.VolumeAttachment

swarm.TaskStatus closed
	Timestamp kept
	State kept
	Message kept
	Err kept command hostPath
	ContainerStatus kept swarm.ContainerStatus
	PortStatus kept swarm.PortStatus

swarm.ContainerStatus closed
	ContainerID kept
	PID kept
	ExitCode kept

swarm.PortStatus closed
	Ports kept []swarm.PortConfig

swarm.NetworkAttachment closed
	Network kept swarm.Network
	Addresses kept []

swarm.Network closed
	ID kept
	Version kept swarm.Version
	CreatedAt kept
	UpdatedAt kept
	Spec kept swarm.NetworkSpec
	DriverState kept swarm.Driver
	IPAMOptions kept swarm.IPAMOptions

swarm.NetworkSpec closed
	Name kept
	Labels kept {} labels
	DriverConfiguration kept swarm.Driver
	IPv6Enabled kept
	Internal kept
	Attachable kept
	Ingress kept
	IPAMOptions kept swarm.IPAMOptions
	ConfigFrom kept network.ConfigReference
	Scope kept

swarm.IPAMOptions closed
	Driver kept swarm.Driver
	Configs kept []swarm.IPAMConfig

swarm.IPAMConfig closed
	Subnet kept
	Range kept
	Gateway kept

swarm.VolumeAttachment closed
	ID kept
	Source kept
	Target kept

swarm.Node closed
	ID kept
	Version kept swarm.Version
	CreatedAt kept
	UpdatedAt kept
	Spec kept swarm.NodeSpec
	Description kept swarm.NodeDescription
	Status kept swarm.NodeStatus
	ManagerStatus kept swarm.ManagerStatus

swarm.NodeSpec closed
	Name kept
	Labels kept {} labels
	Role kept
	Availability kept

swarm.NodeDescription closed
	Hostname kept
	Platform kept swarm.Platform
	Resources kept swarm.Resources
	Engine kept swarm.EngineDescription
	TLSInfo kept swarm.TLSInfo
	CSIInfo kept []swarm.NodeCSIInfo

swarm.EngineDescription closed
	EngineVersion kept
	Labels kept {} labels
	Plugins kept []swarm.PluginDescription

swarm.PluginDescription closed
	Type kept
	Name kept

swarm.NodeCSIInfo closed
	PluginName kept
	NodeID kept
	MaxVolumesPerNode kept
	AccessibleTopology kept swarm.Topology

swarm.Topology closed
	Segments kept {}

swarm.NodeStatus closed
	State kept
	Message kept
	Addr kept

swarm.ManagerStatus closed
	Leader kept
	Reachability kept
	Addr kept

plugin.Plugin closed
	Config kept plugin.Config
	Enabled kept
	Id kept
	Name kept
	PluginReference kept
	Settings kept plugin.Settings

plugin.Config closed
	Args kept plugin.Args
	Description kept
	Documentation kept
	Entrypoint kept [] command
	Env kept []plugin.Env
	Interface kept plugin.Interface
	IpcHost kept
	Linux kept plugin.LinuxConfig
	Mounts kept []plugin.Mount
	Network kept plugin.NetworkConfig
	PidHost kept
	PropagatedMount kept
	User kept plugin.User
	WorkDir kept
	rootfs kept plugin.RootFS
	DockerVersion kept old

plugin.Args closed
	Description kept
	Name kept
	Settable kept []
	Value kept [] command

plugin.Env closed
	Description kept
	Name kept
	Settable kept []
	Value kept environmentText

plugin.Interface closed
	ProtocolScheme kept
	Socket kept
	Types kept []

plugin.LinuxConfig closed
	AllowAllDevices kept
	Capabilities kept []
	Devices kept []plugin.Device

plugin.Device closed
	Description kept
	Name kept
	Path kept hostPath
	Settable kept []

plugin.Mount closed
	Description kept
	Destination kept
	Name kept
	Options kept []
	Settable kept []
	Source kept hostPath
	Type kept

plugin.NetworkConfig closed
	Type kept

plugin.User closed
	GID kept
	UID kept

plugin.RootFS closed
	diff_ids kept []
	type kept

plugin.Settings closed
	Args kept [] command
	Devices kept []plugin.Device
	Env kept [] environment
	Mounts kept []plugin.Mount

plugin.Privilege closed
	Name kept
	Description kept
	Value kept [] hostPath

swarm.Swarm closed
	ID kept
	Version kept swarm.Version
	CreatedAt kept
	UpdatedAt kept
	Spec kept swarm.Spec
	TLSInfo kept swarm.TLSInfo
	RootRotationInProgress kept
	DefaultAddrPool kept []
	SubnetSize kept
	DataPathPort kept
	JoinTokens dropped swarm.JoinTokens

swarm.JoinTokens closed
	Worker dropped
	Manager dropped

swarm.Secret closed
	ID kept
	Version kept swarm.Version
	CreatedAt kept
	UpdatedAt kept
	Spec kept swarm.SecretSpec

swarm.SecretSpec closed
	Name kept
	Labels kept {} labels
	Data dropped
	Driver kept swarm.Driver
	Templating kept swarm.Driver

swarm.Config closed
	ID kept
	Version kept swarm.Version
	CreatedAt kept
	UpdatedAt kept
	Spec kept swarm.ConfigSpec

swarm.ConfigSpec closed
	Name kept
	Labels kept {} labels
	Data dropped
	Templating kept swarm.Driver
`
