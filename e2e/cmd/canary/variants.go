package main

// variant is a way to call an operation, beside its path: what the query and
// the body of a request can say. {container} and the other kinds stand for a
// reference to a hidden object or an unknown one; {vis} and so on for the
// objects in scene.words; @now for the time.
//
// F1 to F16 are known ways round a filter that looks at the path alone.
type variant struct {
	op      string
	query   string
	body    string
	headers []string
	wait    bool // the answer may go on for ever
}

const (
	jsonType = "Content-Type: application/json"
	formType = "Content-Type: application/x-www-form-urlencoded"
)

// usual is what makes a request to an operation valid.
var usual = map[string]variant{
	"ContainerLogs": {query: "stdout=1&stderr=1"},
	// Not /etc: a container that shares the network of another has its hosts.
	"ContainerArchive":             {query: "path=/tmp"},
	"ContainerArchiveInfo":         {query: "path=/tmp"},
	"PutContainerArchive":          {query: "path=/tmp", body: emptyTar},
	"ContainerResize":              {query: "h=10&w=10"},
	"ContainerAttach":              {query: "logs=1&stdout=1&stderr=1"},
	"ContainerExec":                {body: `{"AttachStdout":true,"Cmd":["true"]}`, headers: []string{jsonType}},
	"ContainerUpdate":              {body: `{"RestartPolicy":{"Name":"no"}}`, headers: []string{jsonType}},
	"ContainerRename":              {query: "name=vis-renamed"},
	"ContainerStats":               {query: "stream=0&one-shot=1"},
	"ContainerStop":                {query: "t=0"},
	"ContainerRestart":             {query: "t=0"},
	"ContainerTop":                 {query: "ps_args=-ef"},
	"ContainerKill":                {query: "signal=KILL"},
	"ContainerDelete":              {query: "force=1&v=1"},
	"ContainerCreate":              {query: "name=vis-new", body: `{"Image":"bb:1","Cmd":["true"]}`, headers: []string{jsonType}},
	"ExecStart":                    {body: `{"Detach":true}`, headers: []string{jsonType}},
	"ExecResize":                   {query: "h=10&w=10"},
	"ImageCommit":                  {query: "container={container}&repo=vis-commit&tag=1"},
	"NetworkConnect":               {body: `{"Container":"{vis}"}`, headers: []string{jsonType}},
	"NetworkDisconnect":            {body: `{"Container":"{vis}","Force":true}`, headers: []string{jsonType}},
	"NetworkCreate":                {body: `{"Name":"vis-new"}`, headers: []string{jsonType}},
	"VolumeCreate":                 {body: `{"Name":"vis-new"}`, headers: []string{jsonType}},
	"ImageTag":                     {query: "repo=vis-tag&tag=1"},
	"ImageCreate":                  {query: "fromImage=nowhere.invalid/x&tag=1"},
	"ImageGetAll":                  {query: "names={image}"},
	"ImageSearch":                  {query: "term=x"},
	"SystemEvents":                 {query: "since=1&until=@now"},
	"ServiceLogs":                  {query: "stdout=1"},
	"TaskLogs":                     {query: "stdout=1"},
	"GET /debug/pprof/trace":       {query: "seconds=1"},
	"GET /debug/pprof/profile":     {query: "seconds=1"},
	"POST /containers/{name}/copy": {body: `{"Resource":"/etc"}`, headers: []string{jsonType}},
}

// emptyTar is an archive without a file.
const emptyTar = "\x00\x00\x00\x00\x00\x00\x00\x00"

// variants are the further ways to call operations.
var variants = []variant{
	// Lists: limits, states, and every filter that names something.
	{op: "ContainerList", query: "all=1"}, {op: "ContainerList", query: "all=maybe&size=1"}, {op: "ContainerList", query: "all=0"},
	{op: "ContainerList", query: "limit=1"}, {op: "ContainerList", query: "limit=3"}, {op: "ContainerList", query: "limit=-1"}, {op: "ContainerList", query: "limit=abc"},
	{op: "ContainerList", query: "all=1&all=0&limit=100"}, {op: "ContainerList", query: "all=1;limit=1"}, {op: "ContainerList", query: "all=1&trunc_cmd=0"},
	{op: "ContainerList", query: `all=1&filters={"id":["{container}"]}`},
	{op: "ContainerList", query: `all=1&filters={"id":{"{container}":true}}`},
	{op: "ContainerList", query: `all=1&filters={"name":["{container}"]}`},
	{op: "ContainerList", query: `all=1&filters={"name":["vis-plain","{container}"]}`},
	{op: "ContainerList", query: `all=1&filters={"name":{"{container}":false}}`},
	{op: "ContainerList", query: `all=1&filters={"before":["{container}"]}`},
	{op: "ContainerList", query: `all=1&filters={"since":["{container}"]}`},
	{op: "ContainerList", query: `all=1&filters={"since":["{container}"]}&filters={}`},
	{op: "ContainerList", query: `before={container}&all=1`}, {op: "ContainerList", query: `since={container}&all=1`},
	{op: "ContainerList", query: `all=1&filters={"volume":["{volume}"]}`},
	{op: "ContainerList", query: `all=1&filters={"network":["{network}"]}`},
	{op: "ContainerList", query: `all=1&filters={"ancestor":["{image}"]}`},
	{op: "ContainerList", query: `all=1&filters={"status":["running","exited","paused","created"]}`},
	{op: "ContainerList", query: `all=1&filters={"label":["` + visibleLabel + `"]}`}, {op: "ContainerList", query: `filters={"is-task":["true"]}`},
	{op: "ContainerList", query: `filters={"nonsense":["{container}"]}`}, {op: "ContainerList", query: `filters={"id":["a"],"name":{"b":true}}`},
	{op: "ContainerList", query: `filters=nonsense`}, {op: "ContainerList", query: `filters={}x`}, {op: "ContainerList", query: `filters=["a"]`},
	{op: "ContainerList", query: "all=1", headers: []string{formType}, body: "all=1"},
	{op: "ContainerInspect", query: "size=1"},

	// F1: ps_args reads any process of the host.
	{op: "ContainerTop", query: `ps_args=feww -p {hidpid} -oargs:2000=A\fA\fA\fA -opid`}, {op: "ContainerTop", query: "ps_args=eww"}, {op: "ContainerTop", query: "ps_args=aux"},
	{op: "ContainerTop", query: "ps_args=axfoargs,pid"}, {op: "ContainerTop", query: "ps_args=-p {hidpid} -o pid,args"}, {op: "ContainerTop", query: "ps_args=-ef&ps_args=eww"},
	{op: "ContainerTop", query: `ps_args=-eo pid:1=PID,args=PID`}, {op: "ContainerTop", query: "ps_args=aux e"},

	// F2: checkpoints list and remove directories of the host.
	{op: "GET /containers/{name}/checkpoints", query: "dir={containers}"}, {op: "DELETE /containers/{name}/checkpoints/{checkpoint}", query: "dir={containers}"},
	{op: "POST /containers/{name}/checkpoints", body: `{"CheckpointID":"cp1","CheckpointDir":"{containers}"}`, headers: []string{jsonType}},

	// F3: a form body comes before the query.
	{op: "ContainerRename", query: "name=vis-a", body: "name={container}", headers: []string{formType}},
	{op: "ContainerStop", query: "t=0", body: "t=1&signal=BAD", headers: []string{formType}},
	{op: "ContainerKill", query: "signal=0", body: "signal=KILL", headers: []string{formType}},
	{op: "ContainerDelete", query: "v=0", body: "force=1&v=1&link=1", headers: []string{formType}},

	// F4: an old start takes a host configuration.
	{op: "ContainerStart", body: `{"Binds":["/etc:/x"],"VolumesFrom":["{container}"]}`, headers: []string{jsonType}},
	{op: "ContainerStart", query: "checkpoint={container}&checkpoint-dir={containers}"}, {op: "ContainerStart", query: "detachKeys=a"},

	// F5 and the references in a body of create.
	{op: "ContainerCreate", query: "name={container}", body: `{"Image":"bb:1"}`, headers: []string{jsonType}},
	{op: "ContainerCreate", body: `{"Image":"bb:1","HostConfig":{"NetworkMode":"container:{container}"}}`, headers: []string{jsonType}},
	{op: "ContainerCreate", body: `{"Image":"bb:1","PidMode":"container:{container}"}`, headers: []string{jsonType}},
	{op: "ContainerCreate", body: `{"Image":"bb:1","hoſtconfig":{"IpcMode":"container:{container}"}}`, headers: []string{jsonType}},
	{op: "ContainerCreate", body: `{"Image":"bb:1","HostConfig":{"VolumesFrom":["{container}:ro"]}}`, headers: []string{jsonType}},
	{op: "ContainerCreate", body: `{"Image":"bb:1","HostConfig":{"Links":["{container}:x"]}}`, headers: []string{jsonType}},
	{op: "ContainerCreate", body: `{"Image":"{image}"}`, headers: []string{jsonType}},

	// F7, F6: links and names with blanks.
	{op: "ContainerDelete", query: "link=1"}, {op: "ContainerDelete", query: "link=1&force=1"}, {op: "ContainerDelete"}, {op: "ContainerRename"},
	{op: "ContainerRename", query: "name={container}"}, {op: "ContainerRename", query: "name=%20{container}%20"}, {op: "ContainerRename", query: "name=%2F{container}"},

	// Streams and other ways to read a container.
	{op: "ContainerLogs"}, {op: "ContainerLogs", query: "stdout=1&follow=1&details=1&tail=5&timestamps=1", wait: true}, {op: "ContainerLogs", query: "stdout=1&since=1&until=@now"},
	{op: "ContainerStats", query: "stream=1", wait: true}, {op: "ContainerStats", query: "stream=0", wait: true}, {op: "ContainerStats", wait: true},
	{op: "ContainerAttach", query: "stream=1&stdout=1&stdin=1", headers: []string{"Connection: Upgrade", "Upgrade: tcp"}, wait: true},
	{op: "ContainerAttach", query: "stream=1&stdout=1&logs=1", wait: true}, {op: "ContainerAttach"},
	{op: "ContainerAttachWebsocket", query: "stream=1&logs=1&stdout=1", headers: websocket, wait: true}, {op: "ContainerAttachWebsocket"},
	{op: "ContainerWait", query: "condition=next-exit", wait: true}, {op: "ContainerWait", query: "condition=removed", wait: true}, {op: "ContainerWait", query: "condition=bad"},
	{op: "ContainerArchive"}, {op: "ContainerArchive", query: "path=/{volpath}"}, {op: "ContainerArchive", query: "path=/nothing"}, {op: "ContainerArchive", query: "path=../../../../{containers}"},
	{op: "ContainerArchiveInfo"}, {op: "ContainerArchiveInfo", query: "path=/bin/sh"}, {op: "PutContainerArchive"}, {op: "PutContainerArchive", query: "path=/nothing"},
	{op: "ContainerResize"}, {op: "ContainerResize", query: "h=a&w=b"}, {op: "ContainerKill"}, {op: "ContainerKill", query: "signal=BAD"}, {op: "ContainerKill", query: "signal=0"},
	{op: "ContainerStop", query: "t=abc"}, {op: "ContainerUpdate"}, {op: "ContainerUpdate", body: "nonsense", headers: []string{jsonType}},
	{op: "ContainerUpdate", body: `{"CpuShares":512,"cpushares":513}`, headers: []string{jsonType}}, {op: "ContainerUpdate", body: `{"Memory":1}`, headers: []string{jsonType}},
	{op: "ContainerExec"}, {op: "ContainerExec", body: `{"Cmd":[]}`, headers: []string{jsonType}}, {op: "ContainerExec", body: `{"Cmd":["true"],"Privileged":true}`, headers: []string{jsonType}},
	{op: "ContainerExec", body: `{"Cmd":["true"],"privileged":true}`, headers: []string{jsonType}}, {op: "ContainerExec", body: `{"Cmd":["true"]}`, headers: []string{"Content-Type: text/plain"}},
	{op: "ContainerExec", body: `{"Cmd":["true"],"Container":"{container}"}`, headers: []string{jsonType}},
	{op: "ExecStart", body: `{"Detach":false,"Tty":false}`, headers: []string{jsonType, "Connection: Upgrade", "Upgrade: tcp"}, wait: true}, {op: "ExecStart"}, {op: "ExecResize"},
	{op: "ImageCommit"}, {op: "ImageCommit", query: "container={container}"}, {op: "ImageCommit", query: "container=%2F{container}&repo=vis-c"},
	{op: "ImageCommit", query: "container={container}&container={vis}&repo=vis-c"}, {op: "ImageCommit", query: "repo=vis-c&changes=LABEL+a=b&container={container}", body: `{"Hostname":"x"}`, headers: []string{jsonType}},

	// Networks. F11: old lists have the endpoints. F13: a forced disconnect of an endpoint.
	{op: "NetworkList", query: `filters={"name":["{network}"]}`}, {op: "NetworkList", query: `filters={"id":["{network}"]}`}, {op: "NetworkList", query: `filters={"dangling":["true"]}`},
	{op: "NetworkList", query: `filters={"dangling":["false"]}`}, {op: "NetworkList", query: `filters={"driver":["bridge"]}`}, {op: "NetworkList", query: `filters={"type":["custom"]}`}, {op: "NetworkList", query: `filters={"label":["x"]}`}, {op: "NetworkList", query: `filters={"scope":["local"]}`},
	{op: "NetworkInspect", query: "verbose=1"}, {op: "NetworkInspect", query: "scope=local"}, {op: "NetworkInspect", query: "verbose=true&scope=swarm"},
	connect("NetworkConnect", `{"Container":"{container}"}`), connect("NetworkConnect", `{"container":"{container}"}`), connect("NetworkConnect", `{"Container":"{vis}","CONTAINER":"{container}"}`),
	connect("NetworkConnect", `{"\u0043ontainer":"{container}"}`), connect("NetworkConnect", `{"Container":"/{container}"}`), connect("NetworkConnect", `{"Container":"{container}"} trailing`),
	connect("NetworkConnect", `{"Container":"{container}","EndpointConfig":{"Links":["{vis}:x"]}}`), connect("NetworkConnect", `{"Container":"{vis}","EndpointConfig":{"Links":["{container}:x"]}}`), connect("NetworkConnect", `{}`), connect("NetworkConnect", ``),
	connect("NetworkDisconnect", `{"Container":"{container}"}`), connect("NetworkDisconnect", `{"Container":"{container}","Force":true}`), connect("NetworkDisconnect", `{"Container":"{vis}","container":"{container}","force":true}`),
	connect("NetworkDisconnect", `{"Container":"/{container}","Force":true}`), connect("NetworkDisconnect", `{"Force":true}`),

	// Images. F12: manifests have the IDs of containers.
	{op: "ImageList", query: "all=1"}, {op: "ImageList", query: "digests=1&shared-size=1"}, {op: "ImageList", query: "manifests=1"}, {op: "ImageList", query: `filters={"reference":["{image}"]}`}, {op: "ImageList", query: "filter={image}"}, {op: "ImageList", query: `filters={"reference":["*{image}*"]}`},
	{op: "ImageList", query: `filters={"before":["{image}"]}`}, {op: "ImageList", query: `filters={"since":["{image}"]}`}, {op: "ImageList", query: `filters={"dangling":["true"]}`}, {op: "ImageList", query: `filters={"label":["x"]}`}, {op: "ImageList", query: `filters={"reference":["*"]}`},
	{op: "ImageInspect", query: "manifests=1"}, {op: "ImageInspect", query: "size=1"}, {op: "ImageGetAll", query: "names={visimg}&names={image}"}, {op: "ImageGetAll"}, {op: "ImageDelete", query: "force=1"}, {op: "ImageDelete", query: "noprune=1"},
	{op: "ImageTag", query: "repo={image}"}, {op: "ImageCreate", query: "fromImage={image}"}, {op: "ImageCreate", query: "fromSrc=-&repo={image}"},
	{op: "ImagePrune", query: `filters={"dangling":["true"]}`}, {op: "ImageSearch", query: "term={image}"},

	// F14: a build joins the network of a container; a tunnel.
	{op: "ImageBuild", query: "networkmode=container:{container}&q=1"}, {op: "ImageBuild", query: "remote=http://127.0.0.1:1/&t={image}"},
	{op: "Session", headers: tunnel, wait: true}, {op: "POST /grpc", headers: tunnel, wait: true}, {op: "ContainerInspect", headers: tunnel}, {op: "POST /grpc", headers: []string{"Content-Type: application/grpc"}},

	// Volumes.
	{op: "VolumeList", query: `filters={"name":["{volume}"]}`}, {op: "VolumeList", query: `filters={"dangling":["true"]}`}, {op: "VolumeList", query: `filters={"dangling":["false"]}`}, {op: "VolumeList", query: `filters={"driver":["local"]}`},
	{op: "VolumeDelete", query: "force=1"}, {op: "VolumeCreate", body: `{"Name":"{volume}"}`, headers: []string{jsonType}}, {op: "VolumePrune", query: `filters={"all":["true"]}`},

	// The system.
	{op: "SystemDataUsage", query: "type=container"}, {op: "SystemDataUsage", query: "type=volume&type=image"}, {op: "SystemDataUsage", query: "verbose=1"},
	{op: "SystemEvents", query: `since=1&until=@now&filters={"container":["{container}"]}`}, {op: "SystemEvents", query: `since=1&until=@now&filters={"image":["{image}"]}`},
	{op: "SystemEvents", query: `since=1&until=@now&filters={"network":["{network}"]}`}, {op: "SystemEvents", query: `since=1&until=@now&filters={"volume":["{volume}"]}`},
	{op: "SystemEvents", query: `since=1&until=@now&filters={"service":["{service}"]}`}, {op: "SystemEvents", query: `since=1&until=@now&filters={"type":["{any}"]}`},
	{op: "SystemEvents", query: `since=1&until=@now`, headers: []string{"Accept: application/json-seq"}}, {op: "SystemEvents", query: `since=1&until=@now`, headers: []string{"Accept: application/jsonl"}},
	{op: "SystemEvents", query: `since=1&until=@now&filters={"type":["container"]}`}, {op: "SystemEvents", query: `since=1&until=@now&filters={"type":["network","volume","image"]}`},
	{op: "SystemEvents", query: `since=1&until=@now&filters={"event":["exec_create","exec_start"]}`}, {op: "SystemEvents", wait: true}, {op: "SystemEvents", query: "since=1", wait: true}, {op: "SystemEvents", query: "until=abc"},

	// Labels of hidden objects.
	labelFilter("ContainerList"), labelFilter("ImageList"), labelFilter("NetworkList"), labelFilter("VolumeList"), labelFilter("ServiceList"), labelFilter("TaskList"),
	{op: "SystemEvents", query: `since=1&until=@now&filters={"label":["{label}"]}`},
	{op: "ContainerList", query: `all=1&filters={"label":{"` + visibleLabel + `":true,"{label}":true}}`},

	// Swarm.
	{op: "ServiceList", query: `filters={"name":["{service}"]}`}, {op: "ServiceList", query: `filters={"id":["{service}"]}`}, {op: "ServiceList", query: "status=1"}, {op: "ServiceInspect", query: "insertDefaults=1"},
	{op: "TaskList", query: `filters={"service":["{service}"]}`}, {op: "TaskList", query: `filters={"id":["{task}"]}`}, {op: "TaskList", query: `filters={"name":["{task}"]}`}, {op: "TaskList", query: `filters={"desired-state":["running"]}`}, {op: "TaskList", query: `filters={"node":["self"]}`},
	{op: "ServiceLogs", query: "stdout=1&details=1&follow=1", wait: true}, {op: "TaskLogs", query: "stdout=1&details=1&follow=1", wait: true},
	{op: "ConfigList", query: `filters={"name":["{config}"]}`}, {op: "SecretList", query: `filters={"name":["{secret}"]}`},
	{op: "ServiceUpdate", query: "version=1", body: `{"Name":"{service}"}`, headers: []string{jsonType}}, {op: "ServiceCreate", body: `{"Name":"{service}"}`, headers: []string{jsonType}},
}

func labelFilter(op string) variant {
	return variant{op: op, query: `all=1&filters={"label":["{label}"]}`}
}

func connect(op, body string) variant {
	return variant{op: op, body: body, headers: []string{jsonType}}
}

var (
	websocket = []string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="}
	tunnel    = []string{"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"}
)

// odder are headers that change what a request means to some server.
var odder = [][]string{
	{"Connection: close, Content-Type, Host"}, {"Connection: close, X-Forwarded-For"},
	{"Accept: application/json-seq"}, {"Accept-Encoding: gzip, br"}, {"Range: bytes=0-20"}, {"If-None-Match: *"},
	{"X-HTTP-Method-Override: DELETE"}, {"X-Original-URL: /containers/json?all=1"}, {"X-Rewrite-URL: /containers/json?all=1"}, {"X-Forwarded-Prefix: /v1.41"},
	{"Transfer-Encoding: chunked"}, {"Expect: 100-continue"}, {formType}, {"Content-Type: application/grpc"}, {"Te: trailers"},
	tunnel, websocket, {"Connection: Upgrade", "Upgrade: tcp"},
}

// methods are the methods that every path is asked with.
var methods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FOO", "get"}

// unsafe are the operations that would end the run if the plugin let one
// through, by what they do to everything; they come last.
var unsafe = map[string]bool{
	"SwarmLeave": true, "SwarmInit": true, "SwarmJoin": true, "SwarmUpdate": true, "SwarmUnlock": true, "NodeDelete": true, "NodeUpdate": true,
	"ContainerPrune": true, "ImagePrune": true, "VolumePrune": true, "NetworkPrune": true, "BuildPrune": true,
}
